package dev.leantokens.token;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.jboss.logging.Logger;

import dev.leantokens.error.ErrorLog;
import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.Issuance.Pending;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.SingleFlight.Flight;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import io.smallrye.mutiny.Uni;

/**
 * Supplies tokens from the cache or from Lean, with one call for all callers that wait for the same token. Decides whether a
 * cached token is good, when it is replaced, and what happens when Lean fails. Thread-safe.
 */
final class TokenSupply {

    private static final Logger LOG = Logger.getLogger(TokenSupply.class);

    /** A token younger than this is fresh enough for {@code no-cache}: another caller has just replaced the rejected one. */
    private static final long FRESH = CachedToken.SECOND;

    /** Errors of the caller: it gets them even if a valid token is cached. */
    private static final Set<TokenError> CALLER_ERRORS = Set.of(TokenError.REFUSED_BY_LEAN, TokenError.CALLER_REFUSED);

    private final TokenCache cache;
    private final AcceptedCredentials accepted;
    private final AuthorizationServer lean;
    private final TokenConfig config;
    /** The minimum validities, in milliseconds. */
    private final long minimumValidity;
    private final long customerMinimumValidity;
    private final Clock clock;
    private final ErrorLog log;
    private final SingleFlight<TokenKey, Obtained> calls = new SingleFlight<>();
    /** The minimum validities that exceed a token's lifetime; each is logged once. */
    private final Set<Long> excessiveMinimums = ConcurrentHashMap.newKeySet();

    /**
     * A token from Lean.
     *
     * @param token for the callers that wait
     * @param cached the same token in the cache; empty if it is not cached
     */
    private record Obtained(AccessToken token, Optional<CachedToken> cached) {
    }

    TokenSupply(TokenCache cache, AcceptedCredentials accepted, AuthorizationServer lean, TokenConfig config, Clock clock,
            ErrorLog log) {
        this.cache = cache;
        this.accepted = accepted;
        this.lean = lean;
        this.config = config;
        this.minimumValidity = config.minimumValidity().toMillis();
        this.customerMinimumValidity = config.customerMinimumValidity().toMillis();
        this.clock = clock;
        this.log = log;
    }

    /**
     * @param request creates the request to Lean for a purpose; called only if Lean is asked
     * @return the token; or a failure
     */
    Issuance token(TokenKey key, Function<Purpose, UpstreamTokenRequest> request, CacheControl control) {
        long now = clock.millis();
        CachedToken cached = usable(cache.find(key), key, now);
        if (cached == null) {
            return fromLean(key, request.apply(Purpose.NEED), null, cache.isEnabled() ? Source.MISS : Source.BYPASS);
        }
        long minimum = minimumValidity(key);
        boolean good = isGood(cached, minimum, now);
        if (control == CacheControl.NO_CACHE && !cached.isYoungerThan(FRESH, now)) {
            return fromLean(key, request.apply(good ? Purpose.REPLACEMENT : Purpose.NEED), cached, Source.REQUESTED);
        }
        if (!good && control == CacheControl.ANY) {
            return cached.isReplaceable(now) ? fromLeanOrStale(key, request.apply(Purpose.NEED), cached)
                    : cached.issue(Source.STALE, now, minimum);
        }
        // Issued before the replacement starts, which can take time on this thread.
        IssuedToken hit = cached.issue(Source.HIT, now, minimum);
        if (good && isDueForReplacement(cached, minimum, now)) {
            call(key, request.apply(Purpose.REPLACEMENT), cached, true);
        }
        return hit;
    }

    /** @return the number of callers that wait for a call to Lean */
    int waiting() {
        return calls.waiting();
    }

    private Issuance fromLean(TokenKey key, UpstreamTokenRequest request, CachedToken cached, Source source) {
        Flight<Obtained> call = call(key, request, cached, false);
        return new Pending(call.outcome().map(obtained -> issue(obtained, key, source, call.joined())));
    }

    /** Waits a limited time for a token with more validity, then issues the cached one. */
    private Issuance fromLeanOrStale(TokenKey key, UpstreamTokenRequest request, CachedToken cached) {
        Flight<Obtained> call = call(key, request, cached, true);
        Uni<IssuedToken> replaced = call.outcome().map(obtained -> issue(obtained, key, Source.REPLACED, call.joined()));
        return new Pending(replaced
                .ifNoItem().after(config.staleAfter()).recoverWithUni(() -> staleOr(cached, key, replaced))
                .onFailure(failure -> !isCallerError(failure))
                .recoverWithUni(failure -> staleOr(cached, key, Uni.createFrom().failure(failure)))
                // The time limit ends on another thread.
                .emitOn(SingleFlight.callersContext()));
    }

    private Uni<IssuedToken> staleOr(CachedToken cached, TokenKey key, Uni<IssuedToken> otherwise) {
        long now = clock.millis();
        return cached.isExpired(now) ? otherwise
                : Uni.createFrom().item(cached.issue(Source.STALE_AFTER_FAILURE, now, minimumValidity(key)));
    }

    /**
     * Joins the call to Lean for this token, or starts one.
     *
     * @param cached the token that the caller found in the cache; null without one
     * @param inBackground whether callers may get a token although the call fails, so that its failure must be logged here
     */
    private Flight<Obtained> call(TokenKey key, UpstreamTokenRequest request, CachedToken cached, boolean inBackground) {
        return calls.join(key, request.accounts(), () -> {
            Instant requestedAt = clock.instant();
            long now = requestedAt.toEpochMilli();
            CachedToken found = usable(cache.peek(key), key, now);
            if (found != null && found != cached && isGood(found, minimumValidity(key), now)) {
                // Another call ended after this caller looked into the cache and before this call started.
                return Uni.createFrom().item(new Obtained(found.at(now), Optional.of(found)));
            }
            return fetch(request)
                    .map(token -> store(key, token, requestedAt))
                    .onFailure().invoke(failure -> {
                        if (cached != null) {
                            cached.postponeReplacement(clock.millis() + config.retryCooldown().toMillis());
                        }
                        if (inBackground && !isCallerError(failure)) {
                            log.record(Origin.BACKGROUND, failure);
                        }
                    });
        });
    }

    private Uni<AccessToken> fetch(UpstreamTokenRequest request) {
        Optional<TokenException> refusal = cache.refusal(request.fingerprint(), request.scope());
        if (refusal.isPresent()) {
            return Uni.createFrom().failure(refusal.get());
        }
        return lean.requestToken(request.withAcceptance(accepted.of(request.fingerprint(), request.scope())))
                // Every token that is issued or cached passes here, whichever client obtained it.
                .invoke(token -> token.requireFor(request.scope()))
                .invoke(token -> accepted.accept(request.fingerprint(), request.scope()))
                .onFailure(TokenException.class).invoke(failure -> storeRefusal(request, failure));
    }

    /**
     * Caches a refusal for all scopes only while Lean has accepted nothing of the credentials. With the service's credentials,
     * only a refusal of {@code api} counts for all scopes, since every caller sends the same request for it: otherwise one
     * refused scope would block the other scopes for all callers that share the credentials. If Lean no longer accepts the
     * secret, each scope costs one call, within the budget, and another one when the refusal expires.
     */
    private void storeRefusal(UpstreamTokenRequest request, TokenException failure) {
        boolean shared = request.owner() == CredentialsOwner.SERVICE && !request.scope().equals(Scope.API);
        if (failure.isAboutCredentials() && accepted.refuse(request.fingerprint()) && !shared) {
            cache.putRefusal(request.fingerprint(), Optional.empty(), failure);
        } else if (failure.isAboutCredentials() || failure.isAboutAuthorization()) {
            cache.putRefusal(request.fingerprint(), Optional.of(request.scope()), failure);
        }
    }

    private Obtained store(TokenKey key, AccessToken token, Instant requestedAt) {
        long now = clock.millis();
        Optional<CachedToken> timed = CachedToken.of(token, requestedAt);
        Optional<CachedToken> cached = timed.filter(made -> cache.isEnabled() && !made.isExpired(now));
        cached.ifPresent(made -> {
            cache.put(key, made);
            long minimum = minimumValidity(key);
            if (made.lifetime() < minimum && excessiveMinimums.add(minimum)) {
                LOG.warn("Lean issued a token with a lifetime of " + made.lifetime() / CachedToken.SECOND
                        + " s, which is less than the minimum validity of " + minimum / CachedToken.SECOND
                        + " s: such a token is requested again for every request; lower " + minimumSetting(key));
            }
        });
        // Lean's own expires_in, unless the call took long: Lean may have issued the token at any time during the call.
        AccessToken issued = timed.filter(made -> !made.isYoungerThan(FRESH, now)).map(made -> made.at(now)).orElse(token);
        return new Obtained(issued, cached);
    }

    private IssuedToken issue(Obtained obtained, TokenKey key, Source source, boolean shared) {
        OptionalLong freshFor = obtained.cached().isEmpty() ? OptionalLong.empty()
                : OptionalLong.of(obtained.cached().get().freshFor(clock.millis(), minimumValidity(key)));
        return new IssuedToken(obtained.token(), source, freshFor, shared);
    }

    /** @return null if none is cached or it has expired. A token for another scope counts as missing and is replaced */
    private static CachedToken usable(Optional<CachedToken> cached, TokenKey key, long now) {
        CachedToken found = cached.orElse(null);
        return found != null && found.isFor(key.scope()) && !found.isExpired(now) ? found : null;
    }

    /** @return whether the token has the minimum validity */
    private static boolean isGood(CachedToken token, long minimum, long now) {
        return token.remaining(now) >= minimum;
    }

    /** @return whether the last part of its serving time has started, and no attempt to replace it has just failed */
    private boolean isDueForReplacement(CachedToken token, long minimum, long now) {
        double servedFor = token.lifetime() - minimum;
        return token.remaining(now) - minimum < servedFor * config.refreshAhead() && token.isReplaceable(now);
    }

    private long minimumValidity(TokenKey key) {
        return key.scope().isCustomer() ? customerMinimumValidity : minimumValidity;
    }

    private static String minimumSetting(TokenKey key) {
        return key.scope().isCustomer() ? "TOKEN_CUSTOMER_MINIMUM_VALIDITY" : "TOKEN_MINIMUM_VALIDITY";
    }

    private static boolean isCallerError(Throwable failure) {
        return failure instanceof TokenException exception && CALLER_ERRORS.contains(exception.error());
    }
}
