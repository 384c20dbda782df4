package dev.leantokens.token;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;

/**
 * Under which a token is kept: two requests have the same key if and only if Lean would give both the same.
 *
 * @param client whose token it is, as {@link #ofCaller} and {@link #ofService} tell clients apart
 * @param certificate tells the certificate that it may be bound to from others; empty if there is none
 * @param scope what it is for
 */
public record TokenKey(String client, String certificate, Scope scope) {

    public TokenKey {
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(certificate, "certificate");
        Objects.requireNonNull(scope, "scope");
    }

    /**
     * Tells callers' credentials apart without holding them. The secret is part of it: to know it is what makes the token the
     * caller's.
     *
     * @return SHA-256 in hex
     */
    static String ofCaller(ClientCredentials credentials) {
        return digest(CredentialsOwner.CALLER, credentials.clientId(), credentials.clientSecret());
    }

    /**
     * Without the secret: when that is exchanged, the tokens that were got with the one before are as good as ever, and as many
     * as there are of them could not be got anew at once.
     *
     * @return SHA-256 in hex, another one than for a caller who has the same id
     */
    static String ofService(String clientId) {
        return digest(CredentialsOwner.SERVICE, clientId, "");
    }

    private static String digest(CredentialsOwner owner, String clientId, String clientSecret) {
        byte[] id = clientId.getBytes(StandardCharsets.UTF_8);
        MessageDigest sha256 = sha256();
        // It decides what an error means.
        sha256.update((byte) owner.ordinal());
        // With the length, or the end of an id could stand at the beginning of a secret.
        sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(id.length).array());
        sha256.update(id);
        sha256.update(clientSecret.getBytes(StandardCharsets.UTF_8));
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
