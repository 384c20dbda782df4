package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
    private final Clock clock;
    private final String refusal;
    private final Consumer<CircuitBreakerState> listener;
    private final TypedGuard<Uni<AccessToken>> guard;
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
        this.clock = clock;
        this.refusal = refusal;
        this.listener = listener;
        this.guard = TypedGuard.create((Class<Uni<AccessToken>>) (Class<?>) Uni.class)
                .withDescription("lean-breaker")
                .withCircuitBreaker()
                .requestVolumeThreshold(config.breakerRequestVolume())
                .failureRatio(config.breakerFailureRatio())
                .delay(delay.toMillis(), ChronoUnit.MILLIS)
                .successThreshold(1)
                .failOn(CallFailedException.class)
                .onStateChange(this::onStateChange)
                .done()
                .build();
    }

    /**
     * @param call makes the call, when the outcome is subscribed to
     * @param judge judges a failure; null stands for a token
     * @return the call's outcome; or {@link TokenError#BREAKER_OPEN} if it is not made
     */
    Uni<AccessToken> pass(Supplier<Uni<AccessToken>> call, Function<Throwable, Sign> judge) {
        return Uni.createFrom().deferred(() -> {
            if (state == CircuitBreakerState.CLOSED) {
                return call.get().onItemOrFailure().invoke((token, failure) -> count(judge.apply(failure)));
            }
            return guard
                    .get(() -> call.get().onItem().invoke(token -> judge.apply(null))
                            .onFailure(failure -> judge.apply(failure) != Sign.GOOD).transform(CallFailedException::new))
                    .onFailure(CallFailedException.class).transform(Throwable::getCause)
                    .onFailure(CircuitBreakerOpenException.class).transform(open -> refusal());
        });
    }

    /** Counts a call that was made without this breaker, if the breaker is closed. */
    void count(Sign sign) {
        if (sign == Sign.NONE || state != CircuitBreakerState.CLOSED) {
            return;
        }
        guard.get(
                () -> sign == Sign.GOOD ? Uni.createFrom().nullItem() : Uni.createFrom().failure(new CallFailedException(null)))
                .subscribe().with(counted -> {
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
        state = next;
        listener.accept(next);
    }
}
