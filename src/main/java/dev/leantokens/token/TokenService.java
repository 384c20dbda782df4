package dev.leantokens.token;

import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.leantokens.error.ErrorLog;
import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.Issuance.Pending;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.trace.Traces;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;

/**
 * Issues access tokens to both adapters, which do not see whether a token comes from the cache or from Lean. Created at the
 * start, so that contradictory settings stop the start rather than the first request. Thread-safe.
 */
@Singleton
public class TokenService {

    private final AuthorizationServer lean;
    private final ServiceCredentials serviceCredentials;
    private final TokenCache cache;
    private final TokenConfig config;
    private final Clock clock;
    private final ErrorLog log;
    private final TokenSupply supply;

    /** The certificate with which the cached tokens were obtained. */
    private volatile String certificate = "";

    public TokenService(AuthorizationServer lean, TokenStore store, ServiceCredentials serviceCredentials, TokenCache cache,
            AcceptedCredentials accepted, TokenConfig config, Clock clock, ErrorLog log, Traces traces) {
        this.lean = lean;
        this.serviceCredentials = serviceCredentials;
        this.cache = cache;
        this.config = config;
        this.log = log;
        this.clock = clock;
        this.supply = new TokenSupply(cache, accepted, store, lean, config, clock, log, traces);
    }

    void registerGauges(@Observes StartupEvent event, MeterRegistry registry) {
        Gauge.builder("token.waiters", supply, TokenSupply::waiting)
                .description("Callers that wait for a call to Lean, their own or another's")
                .register(registry);
        Gauge.builder("token.service.validity", this, service -> service.validity() / 1000.0)
                .description("Remaining validity of the service's token for api; 0 without one")
                .baseUnit("seconds")
                .register(registry);
    }

    /** Fetches the service's token for {@code api}, if configured. The start neither waits for it nor fails with it. */
    void prefetch(@Observes StartupEvent event) {
        if (config.prefetch() && serviceCredentials.current().isPresent()) {
            issue(Scope.API, Optional.empty(), CacheControl.ANY, () -> CallerAccount.SERVICE).toUni()
                    .subscribe().with(fetched -> {
                    }, failure -> log.record(Origin.PREFETCH, failure));
        }
    }

    /**
     * Issues a token, from the cache or from Lean.
     *
     * @param callerCredentials the caller's own Lean credentials; empty to use the service's, which the caller must have been
     *        found entitled to
     * @param control whether the caller accepts a cached token
     * @param account supplies the account that a call to Lean is made for; not called for a token from the cache
     * @return the token; or a failure that is always a {@link TokenException}
     */
    public Issuance issue(Scope scope, Optional<ClientCredentials> callerCredentials, CacheControl control,
            Supplier<CallerAccount> account) {
        if (!ScopePattern.anyAllows(config.scopes(), scope)) {
            return Pending.failed(TokenError.INVALID_SCOPE.because(
                    "this scope is not issued here; request " + ScopePattern.describe(config.scopes())));
        }
        String current = currentCertificate();
        if (callerCredentials.isPresent()) {
            String digest = TokenKey.digest(callerCredentials.get());
            return supply.token(new TokenKey(callerCredentials.get().clientId(), digest, current, scope),
                    purpose -> new UpstreamTokenRequest(callerCredentials, digest + current, scope, purpose, account.get()),
                    control);
        }
        Optional<ServiceClient> service = serviceCredentials.current();
        if (service.isPresent()) {
            ServiceClient client = service.get();
            return supply.token(TokenKey.ofService(client.clientId(), current, scope),
                    purpose -> new UpstreamTokenRequest(Optional.empty(), client.fingerprint() + current, scope, purpose,
                            account.get()),
                    control);
        }
        return Pending.failed(TokenError.NO_CREDENTIALS.because(
                "this service has no Lean credentials configured; "
                        + "its operator must set LEAN_CLIENT_ID and LEAN_CLIENT_SECRET"));
    }

    private long validity() {
        return serviceCredentials.current()
                .flatMap(service -> cache.peek(TokenKey.ofService(service.clientId(), certificate, Scope.API)))
                .map(token -> Math.max(0, token.remaining(clock.millis())))
                .orElse(0L);
    }

    /** Evicts the tokens of the previous certificate if Lean is now presented another one. */
    private String currentCertificate() {
        String current = lean.clientCertificate();
        if (!current.equals(certificate)) {
            certificate = current;
            // No caller can use tokens that may be bound to another certificate.
            cache.evict(key -> !key.certificate().equals(current));
        }
        return current;
    }
}
