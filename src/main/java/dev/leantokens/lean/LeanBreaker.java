package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;

import dev.leantokens.token.AccessToken;
import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import io.smallrye.mutiny.Uni;

/** Leaves a Lean that keeps failing alone for a while, and then lets one call find out whether it is back. Thread-safe. */
final class LeanBreaker {

    /** What counts as Lean's failure. That it refuses or throttles shows that it works. */
    private static final Set<TokenError> FAILURES_OF_LEAN = EnumSet.of(TokenError.LEAN_UNAVAILABLE, TokenError.LEAN_FAILED,
            TokenError.LEAN_TIMED_OUT, TokenError.LEAN_UNTRUSTED);

    /** When to come again while one call is finding out. */
    private static final Duration PROBED_FOR = Duration.ofSeconds(1);

    private final Duration delay;
    private final Clock clock;
    private final TypedGuard<Uni<AccessToken>> guard;
    private volatile Instant openUntil = Instant.MIN;

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
                .when(failure -> failure instanceof TokenException exception && FAILURES_OF_LEAN.contains(exception.error()))
                .onStateChange(this::changed)
                .done()
                .build();
    }

    /** @return how the call ends; or {@link TokenError#BREAKER_OPEN} if it is not made */
    Uni<AccessToken> pass(Supplier<Uni<AccessToken>> call) {
        return guard.get(call).onFailure(CircuitBreakerOpenException.class).transform(open -> open());
    }

    private void changed(CircuitBreakerState state) {
        if (state == CircuitBreakerState.OPEN) {
            openUntil = clock.instant().plus(delay);
        }
    }

    private TokenException open() {
        Duration rest = Duration.between(clock.instant(), openUntil);
        return TokenError.BREAKER_OPEN.because("Lean has kept failing and is not asked for the moment")
                .retryAfter(rest.compareTo(PROBED_FOR) > 0 ? rest : PROBED_FOR);
    }
}
