package dev.leantokens.access;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;

/**
 * The SHA-256 of a random key and a {@link SecretDigest}, by which the owner of a secret is looked up in a hash table.
 * <p>
 * It cannot be calculated without the key, so what can be measured from outside, whether a place in the table is taken,
 * is unrelated to the secrets in it. With the plain digest a caller could calculate the places of guesses, measure which are
 * taken, and rule out most guesses without presenting them. Two keyed digests are compared in constant time.
 * <p>
 * HMAC is not needed: its second pass is there against the extension of a message of unknown length, but here each message has
 * 64 bytes, and no result is ever shown.
 */
final class KeyedDigest {

    static final int KEY_BYTES = 32;

    private final byte[] digest;

    /** @param key {@link #KEY_BYTES} random bytes */
    KeyedDigest(byte[] key, SecretDigest secret) {
        MessageDigest sha256 = SecretDigest.sha256();
        sha256.update(key);
        secret.addTo(sha256);
        this.digest = sha256.digest();
    }

    /** @return a key, which must not be made before the process runs: a native image would have it for all processes */
    static byte[] newKey() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyedDigest that && MessageDigest.isEqual(digest, that.digest);
    }

    @Override
    public int hashCode() {
        return ByteBuffer.wrap(digest).getInt();
    }
}
