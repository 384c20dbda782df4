package dev.leantokens.token;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The key under which a token is cached: two requests have the same key if and only if Lean would issue both the same token.
 *
 * @param clientId the client that the token is issued to
 * @param credentials the {@link #digest} of a caller's credentials; empty for those of this service. Its secret is not part of
 *        the key, since tokens stay good when it is rotated, and not all could be replaced at once
 * @param certificate identifies the certificate that the token may be bound to (RFC 8705 §3); empty without one
 * @param scope the scope of the token
 */
public record TokenKey(String clientId, String credentials, String certificate, Scope scope) {

    private static final String OF_SERVICE = "";

    /** The key of a token that is requested with the service's credentials. */
    static TokenKey ofService(String clientId, String certificate, Scope scope) {
        return new TokenKey(clientId, OF_SERVICE, certificate, scope);
    }

    /**
     * Distinguishes callers' credentials without storing them. Includes the secret: a caller must know it to get the token.
     *
     * @return SHA-256 in hex
     */
    public static String digest(ClientCredentials credentials) {
        byte[] id = credentials.clientId().getBytes(StandardCharsets.UTF_8);
        MessageDigest sha256 = sha256();
        // Without the length, the end of an id could pass for the start of a secret.
        sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(id.length).array());
        sha256.update(id);
        sha256.update(credentials.clientSecret().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Excludes the id and the digest: a reader of the log could use it to guess secrets offline. */
    @Override
    public String toString() {
        return "TokenKey[" + scope + "]";
    }
}
