package dev.leantokens.token;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Under which a token is kept: two requests have the same key if and only if Lean would give both the same.
 *
 * @param credentials whose token it is, as {@link #digest} tells credentials apart
 * @param scope what it is for
 */
public record TokenKey(String credentials, Scope scope) {

    public TokenKey {
        Objects.requireNonNull(credentials, "credentials");
        Objects.requireNonNull(scope, "scope");
    }

    /**
     * Tells credentials apart without holding them. The owner is part of it, since it decides what an error means.
     *
     * @return SHA-256 in hex, of the owner, the id and the secret
     */
    static String digest(CredentialsOwner owner, ClientCredentials credentials) {
        byte[] id = credentials.clientId().getBytes(StandardCharsets.UTF_8);
        MessageDigest sha256 = sha256();
        sha256.update((byte) owner.ordinal());
        // With the length, or the end of an id could stand at the beginning of a secret.
        sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(id.length).array());
        sha256.update(id);
        sha256.update(credentials.clientSecret().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Not the digest: it would let someone who sees a log try secrets at leisure. */
    @Override
    public String toString() {
        return "TokenKey[" + scope + "]";
    }
}
