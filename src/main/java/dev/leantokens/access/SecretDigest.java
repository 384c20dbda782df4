package dev.leantokens.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of a local client's secret. A plain digest is enough for a secret of 256 random bits, which nobody can guess; it
 * would not be for a password. It is not comparable: {@link KeyedDigest} is for looking one up. Immutable.
 */
final class SecretDigest {

    /** What a digest is marked with where a secret could stand in its place. */
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
     * @param configured a secret, or the digest of one in hexadecimal after {@link #PREFIX}
     * @throws IllegalArgumentException if there is something else after the prefix; the message is without it
     */
    static SecretDigest configured(String configured) {
        if (!configured.startsWith(PREFIX)) {
            return of(configured);
        }
        String hex = configured.substring(PREFIX.length());
        if (hex.length() != HEX_DIGITS) {
            throw new IllegalArgumentException("a secret that begins with " + PREFIX + " must go on with " + HEX_DIGITS
                    + " hexadecimal digits");
        }
        try {
            return new SecretDigest(HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException e) {
            // Without the exception: its message quotes the input.
            throw new IllegalArgumentException("a secret that begins with " + PREFIX + " must go on with hexadecimal digits");
        }
    }

    void addTo(MessageDigest another) {
        another.update(digest);
    }

    /** @return the same as it is written in the configuration */
    String text() {
        return PREFIX + HexFormat.of().formatHex(digest);
    }

    /** Without the digest: of a secret that is not random it gives the secret away. */
    @Override
    public String toString() {
        return "SecretDigest[masked]";
    }
}
