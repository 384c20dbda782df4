package dev.leantokens.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Seals what is stored in Redis by AES-256-GCM: those that can read Redis cannot read it, and those that can write Redis cannot
 * make this service accept anything that it did not write under the same name.
 * <p>
 * Format: version (1 byte), id of the key (4), nonce (12), ciphertext with tag (16). The associated data is the version and the
 * name. Thread-safe.
 */
final class Seal {

    private static final byte VERSION = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int HEADER_BYTES = 1 + StoreKey.ID_BYTES + NONCE_BYTES;

    /** Why sealed content cannot be opened. */
    enum Flaw {
        /** It has another format, such as that of a later version of this service. */
        VERSION,
        /** It was sealed by a key that is not configured here. */
        KEY,
        /** It was changed, or belongs to another name. */
        TAMPERED
    }

    /**
     * The outcome of opening.
     *
     * @param content null if there is a flaw
     */
    record Opened(byte[] content, Optional<Flaw> flaw) {

        /** Excludes the content. */
        @Override
        public String toString() {
            return "Opened[" + flaw + "]";
        }
    }

    private Seal() {
    }

    /** @param name where the content belongs: it opens under this name only */
    static byte[] seal(StoreKey key, String name, byte[] content) {
        byte[] nonce = new byte[NONCE_BYTES];
        // Not kept in a constant: a native executable would have the generator of its build.
        new SecureRandom().nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, name, nonce).doFinal(content);
            return ByteBuffer.allocate(HEADER_BYTES + sealed.length).put(VERSION).put(key.id()).put(nonce).put(sealed).array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot seal", e);
        }
    }

    /** @param keys the keys that are configured */
    static Opened open(List<StoreKey> keys, String name, byte[] sealed) {
        if (sealed.length < HEADER_BYTES + TAG_BITS / Byte.SIZE) {
            return flawed(Flaw.TAMPERED);
        }
        if (sealed[0] != VERSION) {
            return flawed(Flaw.VERSION);
        }
        byte[] id = Arrays.copyOfRange(sealed, 1, 1 + StoreKey.ID_BYTES);
        Optional<StoreKey> key = keys.stream().filter(each -> Arrays.equals(each.id(), id)).findFirst();
        if (key.isEmpty()) {
            return flawed(Flaw.KEY);
        }
        byte[] nonce = Arrays.copyOfRange(sealed, 1 + StoreKey.ID_BYTES, HEADER_BYTES);
        try {
            return new Opened(cipher(Cipher.DECRYPT_MODE, key.get(), name, nonce).doFinal(sealed, HEADER_BYTES,
                    sealed.length - HEADER_BYTES), Optional.empty());
        } catch (AEADBadTagException e) {
            return flawed(Flaw.TAMPERED);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot open", e);
        }
    }

    private static Cipher cipher(int mode, StoreKey key, String name, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.sealing(name), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(new byte[] { VERSION });
        cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static Opened flawed(Flaw flaw) {
        return new Opened(null, Optional.of(flaw));
    }
}
