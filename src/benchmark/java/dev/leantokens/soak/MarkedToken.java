package dev.leantokens.soak;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A token that says whose it is, so that whoever gets it can tell whether it is the right one.
 *
 * @param serial counts up from token to token
 * @param expiresAt when it is of no use any more, by the clock of this machine
 */
record MarkedToken(String clientId, String secretHash, String scope, long serial, Instant expiresAt) {

    /** No token is without it, so that one can be found in the log. */
    static final String MARK = "soak-token";

    private static final String SEPARATOR = "/";
    /** Makes it about as long as one of Lean's. */
    private static final String PADDING = "x".repeat(800);

    String text() {
        return String.join(SEPARATOR, MARK, clientId, secretHash, scope, Long.toString(serial),
                Long.toString(expiresAt.toEpochMilli()), PADDING);
    }

    /** @return empty if it is no token of the stand-in's, or not the whole of one */
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
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
