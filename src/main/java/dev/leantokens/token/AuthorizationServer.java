package dev.leantokens.token;

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
    Uni<AccessToken> requestToken(LeanRequest request);
}
