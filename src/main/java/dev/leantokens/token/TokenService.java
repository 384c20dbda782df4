package dev.leantokens.token;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.ErrorLog;
import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;

/**
 * Gives out access tokens. Both adapters come here, and nothing above knows where a token comes from. Started with the
 * application, so that a configuration that contradicts itself stops the start and not the first request. Thread-safe.
 */
@ApplicationScoped
public class TokenService {

    private final AuthorizationServer lean;
    private final ServiceCredentials serviceCredentials;
    private final TokenCache cache;
    private final TokenConfig config;
    private final Clock clock;
    private final ErrorLog log;
    private final TokenSupply supply;

    /** What is reckoned from the service's own credentials, which do not change from request to request. */
    private volatile Own own;
    /** The certificate that the tokens in the cache were got with. */
    private volatile String certificate = "";

    private record Own(ServiceClient client, String certificate, String key, String fingerprint) {

        static Own of(ServiceClient client, String certificate) {
            String key = TokenKey.ofService(client.clientId());
            return new Own(client, certificate, key, key + " " + client.version() + certificate);
        }

        boolean isOf(ServiceClient current, String currentCertificate) {
            return client == current && certificate.equals(currentCertificate);
        }

        @Override
        public String toString() {
            return "Own[" + client + "]";
        }
    }

    public TokenService(AuthorizationServer lean, ServiceCredentials serviceCredentials, TokenCache cache,
            AcceptedCredentials accepted, TokenConfig config, Clock clock, ErrorLog log) {
        TokenConfigRules.check(config);
        this.lean = lean;
        this.serviceCredentials = serviceCredentials;
        this.cache = cache;
        this.config = config;
        this.log = log;
        this.clock = clock;
        this.supply = new TokenSupply(cache, accepted, lean, config, clock, log);
    }

    void measure(@Observes StartupEvent event, MeterRegistry registry) {
        Gauge.builder("token.waiters", supply, TokenSupply::waiting)
                .description("Callers that wait for a call to Lean, their own or another's")
                .register(registry);
        Gauge.builder("token.service.validity", this, service -> service.validity().toMillis() / 1000.0)
                .description("For how long the service's own token for api is valid; 0 if there is none")
                .baseUnit("seconds")
                .register(registry);
    }

    /** Fetches the token that will be needed first, if that is wanted. The start neither waits for it nor fails with it. */
    void prefetch(@Observes StartupEvent event) {
        if (config.prefetch() && serviceCredentials.current().isPresent()) {
            issue(Scope.API, Optional.empty(), CacheControl.ANY, () -> CallerAccount.SERVICE)
                    .subscribe().with(fetched -> {
                    }, failure -> log.record(Origin.PREFETCH, failure));
        }
    }

    /**
     * @param scope what the token is for
     * @param callers the caller's own Lean credentials; empty if the service's are to be used, which the caller must
     *        have been found entitled to
     * @param control whether a token from the cache will do
     * @param account supplies the account that a call to Lean is made for; not used for a token from the cache
     * @return the token; or a failure that is always a {@link TokenException}
     */
    public Uni<IssuedToken> issue(Scope scope, Optional<ClientCredentials> callers, CacheControl control,
            Supplier<CallerAccount> account) {
        if (!ScopePattern.anyAllows(config.scopes(), scope)) {
            return Uni.createFrom().failure(TokenError.INVALID_SCOPE.because(
                    "this scope is not issued here, ask for " + ScopePattern.describe(config.scopes())));
        }
        String shown = certificate();
        if (callers.isPresent()) {
            String key = TokenKey.ofCaller(callers.get());
            return token(key, shown, callers, shown.isEmpty() ? key : key + shown, scope, control, account);
        }
        Optional<ServiceClient> service = serviceCredentials.current();
        if (service.isPresent()) {
            Own known = own(service.get(), shown);
            return token(known.key(), shown, callers, known.fingerprint(), scope, control, account);
        }
        return Uni.createFrom().failure(TokenError.NO_CREDENTIALS.because(
                "this service has no Lean credentials configured, its operator has to set LEAN_CLIENT_ID and LEAN_CLIENT_SECRET"));
    }

    private Uni<IssuedToken> token(String client, String shown, Optional<ClientCredentials> callers, String fingerprint,
            Scope scope, CacheControl control, Supplier<CallerAccount> account) {
        return supply.token(new TokenKey(client, shown, scope),
                purpose -> new UpstreamTokenRequest(callers, fingerprint, scope, purpose, account.get()), control);
    }

    private Duration validity() {
        Own known = own;
        return (known == null ? Optional.<CachedToken> empty()
                : cache.look(new TokenKey(known.key(), known.certificate(), Scope.API)))
                .map(token -> token.left(clock.instant())).filter(left -> !left.isNegative()).orElse(Duration.ZERO);
    }

    private Own own(ServiceClient service, String shown) {
        Own known = own;
        if (known == null || !known.isOf(service, shown)) {
            known = Own.of(service, shown);
            own = known;
        }
        return known;
    }

    /** @return the certificate that Lean is shown now; if it is a new one, the tokens of the one before are dropped */
    private String certificate() {
        String shown = lean.clientCertificate();
        if (!shown.equals(certificate)) {
            certificate = shown;
            cache.keepOnlyOf(shown);
        }
        return shown;
    }
}
