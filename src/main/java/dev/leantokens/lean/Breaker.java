package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.AccessToken;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import io.smallrye.mutiny.Uni;

/**
 * A circuit breaker whose caller judges the outcome of each call. An outcome that is no evidence does not count while the
 * breaker is closed, and does not close it otherwise. Thread-safe.
 */
final class Breaker {

    /** When to retry while one call probes. */
    private static final Duration PROBE_TIME = Duration.ofSeconds(1);

    private final Duration delay;
    private final int volume;
    private final Clock clock;
    private final String refusal;
    private final Consumer<CircuitBreakerState> listener;
    private final TypedGuard<Uni<AccessToken>> guard;
    /** The calls that the guard has counted as good since the last one that it counted as bad. */
    private final AtomicInteger goodInARow = new AtomicInteger();
    private volatile CircuitBreakerState state = CircuitBreakerState.CLOSED;
    private volatile Instant openUntil = Instant.MIN;

    /** What the outcome of a call shows about the subject of the breaker. */
    enum Sign {
        GOOD,
        BAD,
        NONE
    }

    /** Makes a call count as failed. */
    private static final class CallFailedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private CallFailedException(Throwable cause) {
            super(null, cause, false, false);
        }
    }

    /**
     * @param refusal the error message for calls that are not made
     * @param listener receives each new state
     */
    // A type literal might not find its type argument in a native executable.
    @SuppressWarnings("unchecked")
    Breaker(LeanConfig config, Clock clock, String refusal, Consumer<CircuitBreakerState> listener) {
        this.delay = config.breakerDelay();
        this.volume = config.breakerRequestVolume();
        this.clock = clock;
        this.refusal = refusal;
        this.listener = listener;
        this.guard = TypedGuard.create((Class<Uni<AccessToken>>) (Class<?>) Uni.class)
                .withDescription("lean-breaker")
                .withCircuitBreaker()
                .requestVolumeThreshold(volume)
                .failureRatio(config.breakerFailureRatio())
                .delay(delay.toMillis(), ChronoUnit.MILLIS)
                .successThreshold(1)
                .failOn(CallFailedException.class)
                .onStateChange(this::onStateChange)
                .done()
                .build();
    }

    /**
     * To be called when the call is due, since a closed breaker makes it at once.
     *
     * @param judge judges a failure; null stands for a token
     * @return the call's outcome; or {@link TokenError#BREAKER_OPEN} if it is not made
     */
    Uni<AccessToken> pass(Supplier<Uni<AccessToken>> call, Function<Throwable, Sign> judge) {
        if (state == CircuitBreakerState.CLOSED) {
            return call.get().onItemOrFailure().invoke((token, failure) -> count(judge.apply(failure)));
        }
        return guard
                .get(() -> call.get().onItem().invoke(token -> judge.apply(null))
                        .onFailure(failure -> judge.apply(failure) != Sign.GOOD).transform(CallFailedException::new))
                .onFailure(CallFailedException.class).transform(failed -> {
                    // The guard counts it if it has closed in the meantime.
                    goodInARow.set(0);
                    return failed.getCause();
                })
                .onFailure(CircuitBreakerOpenException.class).transform(open -> refusal());
    }

    /** Counts a call that was made without this breaker, if the breaker is closed. */
    void count(Sign sign) {
        if (sign == Sign.NONE || state != CircuitBreakerState.CLOSED) {
            return;
        }
        if (sign == Sign.BAD) {
            count(Uni.createFrom().failure(new CallFailedException(null)));
            goodInARow.set(0);
        } else if (goodInARow.get() < volume) {
            // Before it is counted: a failure at the same time must not find it in the row and not in the guard.
            goodInARow.incrementAndGet();
            count(Uni.createFrom().nullItem());
        }
        // Otherwise, the guard judges by calls that are all good, and one more changes nothing.
    }

    private void count(Uni<AccessToken> outcome) {
        guard.get(() -> outcome).subscribe().with(counted -> {
        }, counted -> {
        });
    }

    /** @return whether every call is refused at present */
    boolean isRefusing() {
        return state == CircuitBreakerState.OPEN && clock.instant().isBefore(openUntil);
    }

    /** @return the time since the next call may probe; negative if none may yet, zero if the breaker is closed */
    Duration probingTime() {
        return state == CircuitBreakerState.CLOSED ? Duration.ZERO : Duration.between(openUntil, clock.instant());
    }

    CircuitBreakerState state() {
        return state;
    }

    /** @return the error for calls that are not made, with the time to wait */
    TokenException refusal() {
        Duration rest = Duration.between(clock.instant(), openUntil);
        return TokenError.BREAKER_OPEN.because(refusal).retryAfter(rest.compareTo(PROBE_TIME) > 0 ? rest : PROBE_TIME);
    }

    private void onStateChange(CircuitBreakerState next) {
        if (next == CircuitBreakerState.OPEN) {
            openUntil = clock.instant().plus(delay);
        }
        goodInARow.set(0);
        state = next;
        listener.accept(next);
    }
}
