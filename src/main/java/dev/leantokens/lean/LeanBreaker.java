package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.jboss.logging.Logger;

import dev.leantokens.token.AccessToken;
import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import io.smallrye.mutiny.Uni;

/**
 * Leaves a Lean that keeps failing alone for a while, and then lets one call find out whether it is back. The log is told when
 * that begins and when it ends, and not each time that it goes on. Thread-safe.
 */
final class LeanBreaker {

    private static final Logger LOG = Logger.getLogger(LeanBreaker.class);

    /** What counts as Lean's failure. That it refuses or throttles shows that it works. */
    private static final Set<TokenError> FAILURES_OF_LEAN = EnumSet.of(TokenError.LEAN_UNAVAILABLE, TokenError.LEAN_FAILED,
            TokenError.LEAN_TIMED_OUT, TokenError.LEAN_UNTRUSTED);

    /** When to come again while one call is finding out. */
    private static final Duration PROBED_FOR = Duration.ofSeconds(1);

    private final Duration delay;
    private final Clock clock;
    private final TypedGuard<Uni<AccessToken>> guard;
    private volatile Instant openUntil = Instant.MIN;
    private volatile CircuitBreakerState state = CircuitBreakerState.CLOSED;
    private volatile TokenException lastFailure;
    /** Since when Lean is away; null if it is not. Guarded by this. */
    private Instant awaySince;

    LeanBreaker(LeanConfig config, Clock clock) {
        this.delay = config.breakerDelay();
        this.clock = clock;
        this.guard = TypedGuard.create(ResilientLeanClient.uni())
                .withDescription("lean-breaker")
                .withCircuitBreaker()
                .requestVolumeThreshold(config.breakerCalls())
                .failureRatio(config.breakerFailureRatio())
                .delay(delay.toMillis(), ChronoUnit.MILLIS)
                .successThreshold(1)
                .when(LeanBreaker::isOfLean)
                .onStateChange(this::changed)
                .done()
                .build();
    }

    /** @return how the call ends; or {@link TokenError#BREAKER_OPEN} if it is not made */
    Uni<AccessToken> pass(Supplier<Uni<AccessToken>> call) {
        return guard.get(
                () -> call.get().onFailure(LeanBreaker::isOfLean).invoke(failure -> lastFailure = (TokenException) failure))
                .onFailure(CircuitBreakerOpenException.class).transform(open -> open());
    }

    CircuitBreakerState state() {
        return state;
    }

    /** @return whether it counts as a failure of Lean's */
    static boolean isOfLean(Throwable failure) {
        // A stale connection for which there was neither time nor budget left to try a new one says nothing of Lean.
        return failure instanceof TokenException exception && FAILURES_OF_LEAN.contains(exception.error())
                && !(exception.getCause() instanceof StaleConnectionException);
    }

    private synchronized void changed(CircuitBreakerState next) {
        state = next;
        Instant now = clock.instant();
        if (next == CircuitBreakerState.OPEN) {
            openUntil = now.plus(delay);
            if (awaySince == null) {
                awaySince = now;
                LOG.warn("Lean is away: it has kept failing, the last time with " + lastFailure.explanation()
                        + ". It is asked once in LEAN_BREAKER_DELAY whether it is back");
            }
        } else if (next == CircuitBreakerState.CLOSED && awaySince != null) {
            LOG.info("Lean is back, after " + Duration.between(awaySince, now).toSeconds() + " s");
            awaySince = null;
        }
    }

    private TokenException open() {
        Duration rest = Duration.between(clock.instant(), openUntil);
        return TokenError.BREAKER_OPEN.because("Lean has kept failing and is not asked for the moment")
                .retryAfter(rest.compareTo(PROBED_FOR) > 0 ? rest : PROBED_FOR);
    }
}
