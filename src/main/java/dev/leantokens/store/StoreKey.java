package dev.leantokens.store;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key that operators configure, from which all others are derived by HKDF with SHA-256 (RFC 5869). The derived keys are
 * independent: one that names entries tells nothing about those that seal them. Immutable and thread-safe.
 */
final class StoreKey {

    static final int BYTES = 32;
    /** The length of {@link #id()}. */
    static final int ID_BYTES = 4;

    private static final String HMAC = "HmacSHA256";
    /** The salt: constant, since the input is already a random key (RFC 5869 §3.1). */
    private static final byte[] SALT = "lean-authentication-tokens store".getBytes(StandardCharsets.UTF_8);

    /** The pseudorandom key of RFC 5869 §2.2. */
    private final SecretKeySpec root;
    private final SecretKeySpec names;
    private final byte[] id;

    private StoreKey(byte[] input) {
        this.root = new SecretKeySpec(hmac(new SecretKeySpec(SALT, HMAC), input), HMAC);
        this.names = new SecretKeySpec(expand("names"), HMAC);
        this.id = Arrays.copyOf(expand("id"), ID_BYTES);
    }

    /**
     * @param text 32 bytes in Base64, as {@code generate-store-key} prints them; the alphabet for URLs and missing padding are
     *        accepted, too
     * @throws IllegalArgumentException if it is not a key; the message does not quote it
     */
    static StoreKey parse(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.strip().replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            // Not used as a cause, since it quotes characters.
            throw new IllegalArgumentException("it is not 32 bytes in Base64; generate-store-key prints one");
        }
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException(
                    "it has " + bytes.length + " bytes instead of 32; generate-store-key prints one");
        }
        return new StoreKey(bytes);
    }

    /** @return identifies the key; tells nothing about it */
    byte[] id() {
        return id.clone();
    }

    /** @return the AES key for one entry: with a key of its own, the limit on random nonces counts for each entry alone */
    SecretKeySpec sealing(String entry) {
        return new SecretKeySpec(expand("seal " + entry), "AES");
    }

    /** @return the keyed digest of a name: 128 bits in Base64 for URLs */
    String digest(String name) {
        byte[] digest = Arrays.copyOf(hmac(names, name.getBytes(StandardCharsets.UTF_8)), 16);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    }

    /** Expands to one block (RFC 5869 §2.3), which is as long as all keys are. */
    private byte[] expand(String info) {
        byte[] text = info.getBytes(StandardCharsets.UTF_8);
        byte[] block = Arrays.copyOf(text, text.length + 1);
        block[text.length] = 1;
        return hmac(root, block);
    }

    private static byte[] hmac(SecretKeySpec key, byte[] input) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac.doFinal(input);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("any key fits", e);
        }
    }

    /** Excludes the key. */
    @Override
    public String toString() {
        return "StoreKey[masked]";
    }
}
