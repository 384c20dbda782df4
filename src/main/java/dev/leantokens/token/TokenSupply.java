package dev.leantokens.token;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.jboss.logging.Logger;

import dev.leantokens.error.ErrorLog;
import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.SingleFlight.Flight;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import io.smallrye.mutiny.Uni;

/**
 * Where tokens come from: the cache where it has a good one, else Lean, with one call for all who wait for the same token.
 * What a good one is, when it is replaced, and what happens when Lean fails, is decided here. Thread-safe.
 */
final class TokenSupply {

    private static final Logger LOG = Logger.getLogger(TokenSupply.class);

    /** A token that is this new is the fresh one that a caller asks for: it is another one's answer to the same trouble. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    /** Failures that are the caller's own: a token that is still there does not change them. */
    private static final Set<TokenError> CALLERS_OWN = Set.of(TokenError.REFUSED_BY_LEAN, TokenError.CALLER_REFUSED);

    private final TokenCache cache;
    private final AcceptedCredentials accepted;
    private final AuthorizationServer lean;
    private final TokenConfig config;
    private final Clock clock;
    private final ErrorLog log;
    private final SingleFlight<TokenKey, Obtained> calls = new SingleFlight<>();
    private final Set<Duration> minimaThatAreTooLong = ConcurrentHashMap.newKeySet();

    /**
     * @param token what Lean gave, to be given to those who wait
     * @param kept the same in the cache; empty if it is not kept
     */
    private record Obtained(AccessToken token, Optional<CachedToken> kept) {
    }

    TokenSupply(TokenCache cache, AcceptedCredentials accepted, AuthorizationServer lean, TokenConfig config, Clock clock,
            ErrorLog log) {
        this.cache = cache;
        this.accepted = accepted;
        this.lean = lean;
        this.config = config;
        this.clock = clock;
        this.log = log;
    }

    /**
     * @param key the key of what the request asks for
     * @param request creates the request to Lean for a purpose; called only if Lean is asked
     * @return the token; or a failure. It comes on the caller's Vert.x context, if there is one
     */
    Uni<IssuedToken> token(TokenKey key, Function<Purpose, UpstreamTokenRequest> request, CacheControl control) {
        Instant now = clock.instant();
        CachedToken kept = usable(cache.find(key), key, now);
        if (kept == null) {
            return fromLean(key, request.apply(Purpose.NEED), null, cache.isEnabled() ? Source.MISS : Source.BYPASS);
        }
        boolean good = isGood(kept, key, now);
        if (control == CacheControl.NO_CACHE && !kept.isYoungerThan(FRESH, now)) {
            return fromLean(key, request.apply(good ? Purpose.REPLACEMENT : Purpose.NEED), kept, Source.REQUESTED);
        }
        if (!good && control == CacheControl.ANY) {
            return kept.isReplaceable(now) ? fromLeanElseKept(key, request.apply(Purpose.NEED), kept)
                    : issue(kept, key, Source.STALE, now);
        }
        // What was found good at this time is given out as of this time.
        Uni<IssuedToken> hit = issue(kept, key, Source.HIT, now);
        if (good && isDue(kept, key, now)) {
            call(key, request.apply(Purpose.REPLACEMENT), kept, true);
        }
        return hit;
    }

    /** @return how many callers wait for a call to Lean */
    int waiting() {
        return calls.waiting();
    }

    private Uni<IssuedToken> fromLean(TokenKey key, UpstreamTokenRequest request, CachedToken kept, Source source) {
        Flight<Obtained> call = call(key, request, kept, false);
        return call.outcome().map(obtained -> issue(obtained, key, source, call.joined()));
    }

    /** A valid token is better than none: for a while the caller waits for a better one, and then takes what there is. */
    private Uni<IssuedToken> fromLeanElseKept(TokenKey key, UpstreamTokenRequest request, CachedToken kept) {
        Flight<Obtained> call = call(key, request, kept, true);
        Uni<IssuedToken> better = call.outcome().map(obtained -> issue(obtained, key, Source.REPLACED, call.joined()));
        return better
                .ifNoItem().after(config.staleAfter()).recoverWithUni(() -> keptElse(kept, key, better))
                .onFailure(failure -> !isCallersOwn(failure))
                .recoverWithUni(failure -> keptElse(kept, key, Uni.createFrom().failure(failure)))
                // The limit ends on another thread.
                .emitOn(SingleFlight.callersContext());
    }

    private Uni<IssuedToken> keptElse(CachedToken kept, TokenKey key, Uni<IssuedToken> otherwise) {
        Instant now = clock.instant();
        return isUsable(kept, now) ? issue(kept, key, Source.STALE_AFTER_FAILURE, now) : otherwise;
    }

    /**
     * @param kept the token that the caller found in the cache; null if there was none
     * @param unnoticed whether those who wait may get a token although the call fails, so that its failure is logged here
     */
    private Flight<Obtained> call(TokenKey key, UpstreamTokenRequest request, CachedToken kept, boolean unnoticed) {
        return calls.join(key, request.accounts(), () -> {
            Instant askedAt = clock.instant();
            CachedToken found = usable(cache.look(key), key, askedAt);
            if (found != null && found != kept && isGood(found, key, askedAt)) {
                // Another call ended between the look into the cache and the begin of this one.
                return Uni.createFrom().item(new Obtained(found.at(askedAt), Optional.of(found)));
            }
            return ask(request)
                    .map(token -> keep(key, token, askedAt))
                    .onFailure().invoke(failure -> {
                        if (kept != null) {
                            kept.keepUntil(clock.instant().plus(config.retryCooldown()));
                        }
                        if (unnoticed && !isCallersOwn(failure)) {
                            log.record(Origin.BACKGROUND, failure);
                        }
                    });
        });
    }

    private Uni<AccessToken> ask(UpstreamTokenRequest request) {
        Optional<TokenException> refusal = cache.refusalOf(request.fingerprint(), request.scope());
        if (refusal.isPresent()) {
            return Uni.createFrom().failure(refusal.get());
        }
        return lean.requestToken(request.withAcceptance(accepted.of(request.fingerprint(), request.scope())))
                // Every token that is issued or cached comes through here, whatever brought it.
                .invoke(token -> requireScope(token, request.scope()))
                .invoke(token -> accepted.accept(request.fingerprint(), request.scope()))
                .onFailure(TokenException.class).invoke(failure -> keepRefusal(request, failure));
    }

    /**
     * Keeps a refusal for all scopes only while Lean has accepted nothing of the credentials. With the service's own, only
     * a refusal of {@code api} counts for all scopes, since every caller sends the same request for it: otherwise one
     * refused scope would take the others from all who share the credentials. If Lean no longer accepts the secret, each
     * scope costs one call, within the budget, and another one when the refusal is forgotten.
     */
    private void keepRefusal(UpstreamTokenRequest request, TokenException failure) {
        boolean shared = request.owner() == CredentialsOwner.SERVICE && !request.scope().equals(Scope.API);
        if (failure.isAboutCredentials() && accepted.refuse(request.fingerprint()) && !shared) {
            cache.keepRefusal(request.fingerprint(), failure);
        } else if (failure.isAboutCredentials() || failure.isAboutAuthorization()) {
            cache.keepRefusal(request.fingerprint(), request.scope(), failure);
        }
    }

    private static void requireScope(AccessToken token, Scope requested) {
        if (!token.isFor(requested)) {
            throw AccessToken.otherScope();
        }
    }

    private Obtained keep(TokenKey key, AccessToken token, Instant askedAt) {
        Instant now = clock.instant();
        Optional<CachedToken> timed = CachedToken.of(token, askedAt);
        Optional<CachedToken> kept = timed.filter(made -> cache.isEnabled() && isUsable(made, now));
        kept.ifPresent(made -> {
            cache.keep(key, made);
            Duration minimum = minimumValidity(key);
            if (made.lifetime().compareTo(minimum) < 0 && minimaThatAreTooLong.add(minimum)) {
                LOG.warn("Lean gave a token that lives for " + made.lifetime().toSeconds()
                        + " s, which is less than the minimum validity of " + minimum.toSeconds()
                        + " s: tokens of this kind are asked for again and again");
            }
        });
        // As Lean says, unless that was long ago: Lean may have made it at any time since it was asked.
        AccessToken given = timed.filter(made -> !made.isYoungerThan(FRESH, now)).map(made -> made.at(now)).orElse(token);
        return new Obtained(given, kept);
    }

    private IssuedToken issue(Obtained obtained, TokenKey key, Source source, boolean shared) {
        Optional<Duration> freshFor = obtained.kept().map(kept -> freshFor(kept, key, clock.instant()));
        return new IssuedToken(obtained.token(), source, freshFor, shared);
    }

    private Uni<IssuedToken> issue(CachedToken kept, TokenKey key, Source source, Instant now) {
        return Uni.createFrom().item(new IssuedToken(kept.at(now), source, Optional.of(freshFor(kept, key, now)), false));
    }

    /**
     * @return null if none is cached. A token for another scope counts as missing and is replaced
     */
    private static CachedToken usable(Optional<CachedToken> kept, TokenKey key, Instant now) {
        CachedToken found = kept.orElse(null);
        return found != null && found.isFor(key.scope()) && isUsable(found, now) ? found : null;
    }

    private static boolean isUsable(CachedToken token, Instant now) {
        return !token.isExpired(now);
    }

    private boolean isGood(CachedToken token, TokenKey key, Instant now) {
        return !freshFor(token, key, now).isNegative();
    }

    /** In the last part of the time in which it is given out, if Lean has not just failed to give another. */
    private boolean isDue(CachedToken token, TokenKey key, Instant now) {
        double givenOutFor = token.lifetime().minus(minimumValidity(key)).toMillis();
        return freshFor(token, key, now).toMillis() < givenOutFor * config.refreshAhead() && token.isReplaceable(now);
    }

    private Duration freshFor(CachedToken token, TokenKey key, Instant now) {
        return token.left(now).minus(minimumValidity(key));
    }

    private Duration minimumValidity(TokenKey key) {
        return key.scope().isCustomers() ? config.customerMinimumValidity() : config.minimumValidity();
    }

    private static boolean isCallersOwn(Throwable failure) {
        return failure instanceof TokenException exception && CALLERS_OWN.contains(exception.error());
    }
}
