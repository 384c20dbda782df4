package dev.leantokens.token;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;

import io.smallrye.mutiny.Uni;

/**
 * Gives out access tokens. Both adapters come here, and nothing above knows where a token comes from. Thread-safe.
 */
@ApplicationScoped
public class TokenService {

    private final AuthorizationServer lean;
    private final ServiceCredentials serviceCredentials;
    private final TokenConfig config;

    public TokenService(AuthorizationServer lean, ServiceCredentials serviceCredentials, TokenConfig config) {
        this.lean = lean;
        this.serviceCredentials = serviceCredentials;
        this.config = config;
    }

    /**
     * @param scope what the token is for
     * @param callers the caller's own Lean credentials; empty if the service's are to be used, which the caller must
     *        have been found entitled to
     * @return the token; or a failure that is always a {@link TokenException}
     */
    public Uni<AccessToken> issue(Scope scope, Optional<ClientCredentials> callers) {
        if (config.scopes().stream().noneMatch(pattern -> pattern.allows(scope))) {
            return Uni.createFrom().failure(TokenError.INVALID_SCOPE.because(
                    "this scope is not handed out here, ask for api or for customer. and a customer id"));
        }
        if (callers.isPresent()) {
            return lean.requestToken(new LeanRequest(callers.get(), CredentialsOwner.CALLER, scope));
        }
        Optional<ClientCredentials> own = serviceCredentials.current();
        if (own.isPresent()) {
            return lean.requestToken(new LeanRequest(own.get(), CredentialsOwner.SERVICE, scope));
        }
        return Uni.createFrom().failure(TokenError.NO_CREDENTIALS.because(
                "this service has no Lean credentials configured, send your own"));
    }
}
