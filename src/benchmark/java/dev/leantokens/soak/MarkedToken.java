package dev.leantokens.soak;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A token that names its client and scope, so that its receiver can check it.
 *
 * @param serial increases from token to token
 * @param expiresAt the expiry by the system time
 */
record MarkedToken(String clientId, String secretHash, String scope, long serial, Instant expiresAt) {

    /** Part of every token, so that the log can be searched for it. */
    static final String MARK = "soak-token";

    private static final String SEPARATOR = "/";
    /** Makes a token about as long as those of Lean. */
    private static final String PADDING = "x".repeat(800);

    String text() {
        return String.join(SEPARATOR, MARK, clientId, secretHash, scope, Long.toString(serial),
                Long.toString(expiresAt.toEpochMilli()), PADDING);
    }

    /** @return empty if it is not a complete token of the stand-in */
    static Optional<MarkedToken> read(String text) {
        String[] parts = text.split(SEPARATOR);
        if (parts.length != 7 || !parts[0].equals(MARK) || !parts[6].equals(PADDING)) {
            return Optional.empty();
        }
        return Optional.of(new MarkedToken(parts[1], parts[2], parts[3], Long.parseLong(parts[4]),
                Instant.ofEpochMilli(Long.parseLong(parts[5]))));
    }

    static String hash(String secret) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
