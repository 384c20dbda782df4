package dev.leantokens.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of a local client's secret. A plain digest suffices for a secret of 256 random bits, which cannot be guessed; it
 * would not for a password. Two digests cannot be compared; {@link LocalClients} looks them up in constant time. Immutable.
 */
final class SecretDigest {

    /** Marks a digest where a plain secret is accepted too. */
    static final String PREFIX = "sha256:";

    private static final String ALGORITHM = "SHA-256";
    private static final int HEX_DIGITS = 64;

    private final byte[] digest;

    private SecretDigest(byte[] digest) {
        this.digest = digest;
    }

    static SecretDigest of(String secret) {
        return new SecretDigest(sha256().digest(secret.getBytes(StandardCharsets.UTF_8)));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance(ALGORITHM);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    /**
     * @param configured a plain secret, or {@link #PREFIX} and the digest in hexadecimal
     * @throws IllegalArgumentException if the text after the prefix is not a digest; the message does not quote it
     */
    static SecretDigest configured(String configured) {
        if (!configured.startsWith(PREFIX)) {
            return of(configured);
        }
        String hex = configured.substring(PREFIX.length());
        String message = "a secret that starts with " + PREFIX + " must continue with " + HEX_DIGITS + " hexadecimal digits";
        if (hex.length() != HEX_DIGITS) {
            throw new IllegalArgumentException(message);
        }
        try {
            return new SecretDigest(HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException e) {
            // Without the cause, whose message quotes the input.
            throw new IllegalArgumentException(message);
        }
    }

    void addTo(MessageDigest other) {
        other.update(digest);
    }

    /** @return the digest as it is written in the configuration */
    String text() {
        return PREFIX + HexFormat.of().formatHex(digest);
    }

    /** Without the digest, which would reveal a secret that is not random. */
    @Override
    public String toString() {
        return "SecretDigest[masked]";
    }
}
