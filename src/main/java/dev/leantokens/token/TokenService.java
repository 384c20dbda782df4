package dev.leantokens.token;

import java.time.Clock;
import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.token.LeanRequest.Purpose;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;

/**
 * Gives out access tokens. Both adapters come here, and nothing above knows where a token comes from. Started with the
 * application, so that a configuration that contradicts itself stops the start and not the first request. Thread-safe.
 */
@ApplicationScoped
public class TokenService {

    private final ServiceCredentials serviceCredentials;
    private final TokenConfig config;
    private final ErrorLog log;
    private final TokenSupply supply;

    /** The digest of the service's own credentials, which does not change from request to request. */
    private volatile Digested own;

    private record Digested(ClientCredentials credentials, String digest) {

        static Digested of(ClientCredentials credentials) {
            return new Digested(credentials, TokenKey.digest(CredentialsOwner.SERVICE, credentials));
        }

        @Override
        public String toString() {
            return "Digested[masked]";
        }
    }

    public TokenService(AuthorizationServer lean, ServiceCredentials serviceCredentials, TokenCache cache, TokenConfig config,
            Clock clock, ErrorLog log) {
        TokenConfigRules.check(config);
        this.serviceCredentials = serviceCredentials;
        this.config = config;
        this.log = log;
        this.supply = new TokenSupply(cache, lean, config, clock, log);
    }

    /** Fetches the token that will be needed first, if that is wanted. The start neither waits for it nor fails with it. */
    void prefetch(@Observes StartupEvent event) {
        if (config.prefetch() && serviceCredentials.current().isPresent()) {
            issue(Scope.API, Optional.empty(), CacheControl.ANY, Requester.SERVICE)
                    .subscribe().with(fetched -> {
                    }, failure -> log.record("Prefetch", failure));
        }
    }

    /**
     * @param scope what the token is for
     * @param callers the caller's own Lean credentials; empty if the service's are to be used, which the caller must
     *        have been found entitled to
     * @param control whether a token from the cache will do
     * @param requester who it is for
     * @return the token; or a failure that is always a {@link TokenException}
     */
    public Uni<IssuedToken> issue(Scope scope, Optional<ClientCredentials> callers, CacheControl control,
            Requester requester) {
        if (!ScopePattern.anyAllows(config.scopes(), scope)) {
            return Uni.createFrom().failure(TokenError.INVALID_SCOPE.because(
                    "this scope is not handed out here, ask for api or for customer. and a customer id"));
        }
        if (callers.isPresent()) {
            String digest = TokenKey.digest(CredentialsOwner.CALLER, callers.get());
            return supply.token(new TokenKey(digest, scope),
                    new LeanRequest(callers.get(), CredentialsOwner.CALLER, scope, Purpose.NEED, requester), control);
        }
        Optional<ClientCredentials> service = serviceCredentials.current();
        if (service.isPresent()) {
            return supply.token(new TokenKey(digestOf(service.get()), scope),
                    new LeanRequest(service.get(), CredentialsOwner.SERVICE, scope, Purpose.NEED, requester), control);
        }
        return Uni.createFrom().failure(TokenError.NO_CREDENTIALS.because(
                "this service has no Lean credentials configured, send your own"));
    }

    private String digestOf(ClientCredentials service) {
        Digested known = own;
        if (known == null || known.credentials() != service) {
            known = Digested.of(service);
            own = known;
        }
        return known.digest();
    }
}
