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

    /** @param hex 64 hexadecimal digits */
    static SecretDigest ofHex(String hex) {
        return new SecretDigest(HexFormat.of().parseHex(hex));
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
