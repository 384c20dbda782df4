package dev.leantokens.token;

import dev.leantokens.error.TokenException;
import io.smallrye.mutiny.Uni;

/**
 * Lean's token endpoint, as the token service sees it. Implementations are thread-safe and never block.
 */
public interface AuthorizationServer {

    /**
     * Asks for one access token, with as many attempts as make sense, all of them within a limit of time.
     *
     * @return the token; or a failure that is always a {@link TokenException}, whatever Lean or the network did
     */
    Uni<AccessToken> requestToken(UpstreamTokenRequest request);

    /**
     * Lean can bind a token to the certificate that it was shown on the connection (RFC 8705 §3).
     *
     * @return what tells the certificate that it is shown now from others; empty if it is shown none
     */
    default String clientCertificate() {
        return "";
    }
}
