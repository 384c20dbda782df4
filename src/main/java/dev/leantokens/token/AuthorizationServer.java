package dev.leantokens.token;

import dev.leantokens.error.TokenException;
import io.smallrye.mutiny.Uni;

/** Lean's token endpoint, as the token service uses it. Implementations are thread-safe and never block. */
public interface AuthorizationServer {

    /**
     * Requests one access token, with retries where they make sense, within a time limit.
     *
     * @return the token; or a failure that is always a {@link TokenException}, whatever Lean or the network did
     */
    Uni<AccessToken> requestToken(UpstreamTokenRequest request);

    /**
     * Identifies the client certificate, to which Lean can bind tokens (RFC 8705 §3).
     *
     * @return differs for each certificate; empty if none is presented
     */
    default String clientCertificate() {
        return "";
    }
}
