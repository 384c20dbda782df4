package dev.leantokens.token;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jboss.logging.Logger;

import dev.leantokens.error.ErrorLog;
import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.Issuance.Pending;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.SingleFlight.Flight;
import dev.leantokens.token.TokenStore.Extent;
import dev.leantokens.token.TokenStore.Failed;
import dev.leantokens.token.TokenStore.Lead;
import dev.leantokens.token.TokenStore.Shared;
import dev.leantokens.token.TokenStore.Turn;
import dev.leantokens.token.TokenStore.Wish;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import dev.leantokens.trace.Traces;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;

/**
 * Supplies tokens from the cache, the store or Lean, with one call for all callers that wait for the same token. Decides if a
 * cached token is good, when it is replaced, and what happens when Lean fails. Thread-safe.
 */
final class TokenSupply {

    private static final Logger LOG = Logger.getLogger(TokenSupply.class);

    private static final AttributeKey<String> NEED = AttributeKey.stringKey("token.need");

    /** A token younger than this is fresh enough for {@code no-cache}: another caller has just replaced the rejected one. */
    private static final long FRESH = CachedToken.SECOND;

    /** Errors of the caller: it gets them even if a valid token is cached. */
    private static final Set<TokenError> CALLER_ERRORS = Set.of(TokenError.REFUSED_BY_LEAN, TokenError.CALLER_REFUSED);

    private final TokenCache cache;
    private final AcceptedCredentials accepted;
    private final TokenStore store;
    private final AuthorizationServer lean;
    private final TokenConfig config;
    /** The minimum validities, in milliseconds. */
    private final long minimumValidity;
    private final long customerMinimumValidity;
    /** The last part of the time in which a token is issued, in which this replica replaces it. */
    private final double refreshAhead;
    private final Clock clock;
    private final ErrorLog log;
    private final Traces traces;
    /** Without a token if another replica is requesting it, and the call does not wait for that. */
    private final SingleFlight<TokenKey, Optional<Obtained>> calls = new SingleFlight<>();
    /** The minimum validities that exceed a token's lifetime; each is logged once. */
    private final Set<Long> excessiveMinimums = ConcurrentHashMap.newKeySet();

    /** What a call is made for. */
    private enum Need {
        /** Callers wait: no token is cached. */
        MISSING,
        /** Callers wait for a fresh token. */
        FRESH,
        /** Callers wait for a limited time: the cached token has less than the minimum validity. */
        STALE,
        /** The cached token is replaced before it is stale. No one waits. */
        AHEAD;

        /** @return whether callers may get a token although the call fails, so that its failure must be logged here */
        private boolean isInBackground() {
            return this == STALE || this == AHEAD;
        }
    }

    /**
     * The outcome of a call.
     *
     * @param token for the callers that wait
     * @param cached the same token in the cache; empty if it is not cached
     * @param source where it was obtained, if not from Lean
     */
    private record Obtained(AccessToken token, Optional<CachedToken> cached, Optional<Source> source) {
    }

    TokenSupply(TokenCache cache, AcceptedCredentials accepted, TokenStore store, AuthorizationServer lean, TokenConfig config,
            Clock clock, ErrorLog log, Traces traces) {
        this.cache = cache;
        this.accepted = accepted;
        this.store = cache.isEnabled() ? store : TokenStore.NONE;
        this.lean = lean;
        this.config = config;
        this.minimumValidity = config.minimumValidity().toMillis();
        this.customerMinimumValidity = config.customerMinimumValidity().toMillis();
        this.refreshAhead = config.refreshAhead() * this.store.jitter();
        this.clock = clock;
        this.log = log;
        this.traces = traces;
        this.store.onForget(this::forget);
    }

    /** Drops the selected tokens, also those that callers hold or wait for: later callers do not get them. */
    private void forget(Predicate<TokenKey> selected) {
        calls.detach(selected);
        cache.evict(selected);
    }

    /**
     * @param request creates the request to Lean for a purpose; called only if Lean is asked
     * @return the token; or a failure
     */
    Issuance token(TokenKey key, Function<Purpose, UpstreamTokenRequest> request, CacheControl control) {
        long now = clock.millis();
        CachedToken cached = usable(cache.find(key), key, now);
        if (cached == null) {
            // Other replicas can have a token that is not fresh.
            return obtain(key, request.apply(Purpose.NEED), null, control == CacheControl.NO_CACHE ? Need.FRESH : Need.MISSING,
                    cache.isEnabled() ? Source.MISS : Source.BYPASS);
        }
        long minimum = minimumValidity(key);
        boolean good = isGood(cached, minimum, now);
        if (control == CacheControl.NO_CACHE && !cached.isYoungerThan(FRESH, now)) {
            return obtain(key, request.apply(good ? Purpose.REPLACEMENT : Purpose.NEED), cached, Need.FRESH, Source.REQUESTED);
        }
        if (!good && control == CacheControl.ANY) {
            return cached.isReplaceable(now) ? obtainOrStale(key, request.apply(Purpose.NEED), cached)
                    : cached.issue(Source.STALE, now, minimum);
        }
        // Issued before the replacement starts, which can take time on this thread.
        IssuedToken hit = cached.issue(Source.HIT, now, minimum);
        if (good && isDueForReplacement(cached, minimum, now)) {
            call(key, request.apply(Purpose.REPLACEMENT), cached, Need.AHEAD);
        }
        return hit;
    }

    /** @return the number of callers that wait for a call to Lean */
    int waiting() {
        return calls.waiting();
    }

    private Issuance obtain(TokenKey key, UpstreamTokenRequest request, CachedToken cached, Need need, Source source) {
        return new Pending(obtained(key, request, cached, need, source));
    }

    private Uni<IssuedToken> obtained(TokenKey key, UpstreamTokenRequest request, CachedToken cached, Need need,
            Source source) {
        Flight<Optional<Obtained>> call = call(key, request, cached, need);
        return outcome(call).chain(obtained -> obtained
                .filter(token -> !call.joined() || need != Need.FRESH || token.source().isEmpty())
                .map(token -> Uni.createFrom().item(issue(token, key, source, call.joined())))
                // The caller joined a call that has no token for it: one without a token, or with a shared one that is not fresh.
                .orElseGet(() -> obtained(key, request, cached, need, source)));
    }

    /** A request that has joined a call of another trace has a span for its wait, with a link to the call. */
    private Uni<Optional<Obtained>> outcome(Flight<Optional<Obtained>> call) {
        return call.joined() && traces.areOn()
                ? traces.in(traces.span("wait for token").setParent(traces.current()).addLink(call.span().link()),
                        wait -> call.outcome())
                : call.outcome();
    }

    /** Waits a limited time for a token with more validity, then issues the cached one. */
    private Issuance obtainOrStale(TokenKey key, UpstreamTokenRequest request, CachedToken cached) {
        Uni<IssuedToken> replaced = obtained(key, request, cached, Need.STALE, Source.REPLACED);
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
     * Joins the call for this token, or starts one.
     *
     * @param cached the token that the caller found in the cache; null without one
     */
    private Flight<Optional<Obtained>> call(TokenKey key, UpstreamTokenRequest request, CachedToken cached, Need need) {
        CallSpan span = span(request, need);
        return calls.join(key, request.accounts(), span, () -> {
            long now = clock.millis();
            CachedToken found = usable(cache.peek(key), key, now);
            if (found != null && found != cached && isGood(found, minimumValidity(key), now)
                    && (need != Need.FRESH || !found.isShared() || found.isYoungerThan(FRESH, now))) {
                // Another call ended after this caller looked into the cache and before this call started.
                return Uni.createFrom().item(Optional.of(new Obtained(found.at(now), Optional.of(found), Optional.empty())));
            }
            return attempt(key, traces.areOn() ? request.in(span.context()) : request, cached, need)
                    .onFailure().invoke(failure -> {
                        if (cached != null) {
                            cached.postponeReplacement(clock.millis() + config.retryCooldown().toMillis());
                        }
                        if (need.isInBackground() && !isCallerError(failure)) {
                            log.record(Origin.BACKGROUND, failure);
                        }
                    });
        });
    }

    /**
     * The span is part of the trace of the request that starts the call, unless that does not wait: then it is a new trace with
     * a link to the request, whose own trace would last as long as the call otherwise.
     */
    private CallSpan span(UpstreamTokenRequest request, Need need) {
        if (!traces.areOn()) {
            return CallSpan.NONE;
        }
        Context current = traces.current();
        SpanBuilder span = need == Need.AHEAD
                ? traces.span("replace token").setNoParent().addLink(Span.fromContext(current).getSpanContext())
                : traces.span("obtain token").setParent(current);
        span.setAttribute(NEED, need.name().toLowerCase(Locale.ROOT));
        return new CallSpan(TokenAttributes.describe(span, request));
    }

    private Uni<Optional<Obtained>> attempt(TokenKey key, UpstreamTokenRequest request, CachedToken cached, Need need) {
        Optional<TokenException> refusal = cache.refusal(request.fingerprint(), request.scope());
        if (refusal.isPresent()) {
            return Uni.createFrom().failure(refusal.get());
        }
        long generation = store.generation();
        long minimum = need == Need.AHEAD ? replacedBelow(cached, minimumValidity(key)) : minimumValidity(key);
        return store.enter(new Wish(key, request.fingerprint(),
                accepted.of(request.fingerprint(), request.scope()).credentials(), minimum, need == Need.FRESH,
                need != Need.AHEAD, request.trace()))
                .chain(turn -> take(turn, key, request, cached, need, generation));
    }

    /** @param generation that of the store when it was asked */
    private Uni<Optional<Obtained>> take(Turn turn, TokenKey key, UpstreamTokenRequest request, CachedToken cached, Need need,
            long generation) {
        if (turn instanceof Shared shared) {
            if (request.owner() == CredentialsOwner.CALLER) {
                // Lean issued it for the same credentials: the key has a digest of them. That of the service's has none.
                accepted.accept(request.fingerprint(), request.scope());
            }
            cache(key, shared.token(), generation);
            return Uni.createFrom().item(Optional.of(fromStore(shared.token(), Source.SHARED)));
        }
        if (turn instanceof Failed failed) {
            return Uni.createFrom().failure(failed.failure());
        }
        if (turn instanceof Lead lead) {
            return need == Need.MISSING ? fromLean(lead, key, request).onFailure(failure -> !isCallerError(failure))
                    .recoverWithUni(failure -> fallback(lead, key, failure, generation)) : fromLean(lead, key, request);
        }
        // Otherwise, each request would look into the store until the other replica has the token.
        cached.postponeReplacement(clock.millis() + FRESH);
        return Uni.createFrom().item(Optional.empty());
    }

    private Uni<Optional<Obtained>> fromLean(Lead lead, TokenKey key, UpstreamTokenRequest request) {
        Instant requestedAt = clock.instant();
        long generation = store.generation();
        return fetch(request, lead.waited())
                .map(token -> store(lead, key, token, requestedAt, generation))
                .map(Optional::of)
                .onFailure().invoke(failure -> lead.fail(failure, failure instanceof TokenException refusal
                        ? storeRefusal(request, refusal)
                        : Optional.empty()));
    }

    /** Uses a shared token that is valid for less than its minimum, as one from memory would be. */
    private Uni<Optional<Obtained>> fallback(Lead lead, TokenKey key, Throwable failure, long generation) {
        return lead.fallback().filter(token -> !token.isExpired(clock.millis())).map(token -> {
            token.postponeReplacement(clock.millis() + config.retryCooldown().toMillis());
            cache(key, token, generation);
            log.record(Origin.BACKGROUND, failure);
            return Uni.createFrom().item(Optional.of(fromStore(token, Source.STALE_AFTER_FAILURE)));
        }).orElseGet(() -> Uni.createFrom().failure(failure));
    }

    private Obtained fromStore(CachedToken token, Source source) {
        return new Obtained(token.at(clock.millis()), Optional.of(token), Optional.of(source));
    }

    private Uni<AccessToken> fetch(UpstreamTokenRequest request, Duration waited) {
        return lean.requestToken(request.after(waited, accepted.of(request.fingerprint(), request.scope())))
                // Every token from Lean passes here, whichever client obtained it.
                .invoke(token -> token.requireFor(request.scope()))
                .invoke(token -> accepted.accept(request.fingerprint(), request.scope()));
    }

    /**
     * Caches a refusal for all scopes only while Lean has accepted nothing of the credentials. With the service's credentials,
     * only a refusal of {@code api} counts for all scopes, since every caller sends the same request for it: otherwise one
     * refused scope would block the other scopes for all callers that share the credentials. If Lean no longer accepts the
     * secret, each scope costs one call, within the budget, and another one when the refusal expires.
     *
     * @return what the refusal holds for; empty if the failure is not a refusal
     */
    private Optional<Extent> storeRefusal(UpstreamTokenRequest request, TokenException failure) {
        boolean shared = request.owner() == CredentialsOwner.SERVICE && !request.scope().equals(Scope.API);
        if (failure.isAboutCredentials() && accepted.refuse(request.fingerprint()) && !shared) {
            cache.putRefusal(request.fingerprint(), Optional.empty(), failure);
            return Optional.of(Extent.CREDENTIALS);
        }
        if (failure.isAboutCredentials() || failure.isAboutAuthorization()) {
            cache.putRefusal(request.fingerprint(), Optional.of(request.scope()), failure);
            return Optional.of(Extent.SCOPE);
        }
        return Optional.empty();
    }

    private Obtained store(Lead lead, TokenKey key, AccessToken token, Instant requestedAt, long generation) {
        long now = clock.millis();
        Optional<CachedToken> timed = CachedToken.of(token, requestedAt);
        Optional<CachedToken> cached = timed.filter(made -> cache.isEnabled() && !made.isExpired(now));
        cached.ifPresent(made -> {
            cache(key, made, generation);
            long minimum = minimumValidity(key);
            if (made.lifetime() < minimum && excessiveMinimums.add(minimum)) {
                LOG.warn("Lean issued a token with a lifetime of " + made.lifetime() / CachedToken.SECOND
                        + " s, which is less than the minimum validity of " + minimum / CachedToken.SECOND
                        + " s: such a token is requested again for every request; lower " + minimumSetting(key));
            }
        });
        cached.ifPresentOrElse(lead::publish, lead::release);
        // Lean's own expires_in, unless the call took long: Lean may have issued the token at any time during the call.
        AccessToken issued = timed.filter(made -> !made.isYoungerThan(FRESH, now)).map(made -> made.at(now)).orElse(token);
        return new Obtained(issued, cached, Optional.empty());
    }

    /** @param generation that of the store before the token was requested */
    private void cache(TokenKey key, CachedToken token, long generation) {
        cache.put(key, token);
        // Checked afterwards: what is forgotten from now on is evicted.
        if (store.isForgotten(key, generation)) {
            cache.evict(key, token);
        }
    }

    private IssuedToken issue(Obtained obtained, TokenKey key, Source source, boolean shared) {
        OptionalLong freshFor = obtained.cached().isEmpty() ? OptionalLong.empty()
                : OptionalLong.of(obtained.cached().get().freshFor(clock.millis(), minimumValidity(key)));
        CharSequence expiresAt = obtained.cached().or(() -> CachedToken.of(obtained.token(), clock.instant()))
                .map(CachedToken::expiry).orElse("");
        return new IssuedToken(obtained.token(), obtained.source().orElse(source), freshFor, expiresAt,
                shared && obtained.source().isEmpty());
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
        return token.remaining(now) < replacedBelow(token, minimum) && token.isReplaceable(now);
    }

    private long replacedBelow(CachedToken token, long minimum) {
        return minimum + (long) Math.ceil((token.lifetime() - minimum) * refreshAhead);
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
