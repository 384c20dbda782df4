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
 * A circuit breaker to which the outcome of each call is reported. An outcome that says nothing does not count while the
 * breaker is
 * closed, and does not close it while it is open. Thread-safe.
 */
final class Breaker {

    /** When to retry while one call probes. */
    private static final Duration PROBED_FOR = Duration.ofSeconds(1);

    private final Duration delay;
    private final Clock clock;
    private final String refusal;
    private final Consumer<CircuitBreakerState> listener;
    private final TypedGuard<Uni<AccessToken>> guard;
    private volatile CircuitBreakerState state = CircuitBreakerState.CLOSED;
    private volatile Instant openUntil = Instant.MIN;

    /** What the end of a call says about what the breaker is for. */
    enum Sign {
        GOOD,
        BAD,
        NONE
    }

    /** Tells the guard that a call counts as failed. */
    private static final class Failed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Throwable failure;

        private Failed(Throwable failure) {
            super(null, null, false, false);
            this.failure = failure;
        }
    }

    /**
     * @param refusal the error of a call that is not made
     * @param listener receives each new state
     */
    Breaker(LeanConfig config, Clock clock, String refusal, Consumer<CircuitBreakerState> listener) {
        this.delay = config.breakerDelay();
        this.clock = clock;
        this.refusal = refusal;
        this.listener = listener;
        this.guard = TypedGuard.create(ResilientLeanClient.uni())
                .withDescription("lean-breaker")
                .withCircuitBreaker()
                .requestVolumeThreshold(config.breakerRequestVolume())
                .failureRatio(config.breakerFailureRatio())
                .delay(delay.toMillis(), ChronoUnit.MILLIS)
                .successThreshold(1)
                .failOn(Failed.class)
                .onStateChange(this::changed)
                .done()
                .build();
    }

    /**
     * @param call made when the outcome is subscribed to
     * @param judge what the end of the call says, by its failure; the failure is null for a token
     * @return how the call ends; or {@link TokenError#BREAKER_OPEN} if it is not made
     */
    Uni<AccessToken> pass(Supplier<Uni<AccessToken>> call, Function<Throwable, Sign> judge) {
        return Uni.createFrom().deferred(() -> {
            if (state == CircuitBreakerState.CLOSED) {
                return call.get().onItemOrFailure().invoke((token, failure) -> count(judge.apply(failure)));
            }
            return guard
                    .get(() -> call.get().onItem().invoke(token -> judge.apply(null))
                            .onFailure(failure -> judge.apply(failure) != Sign.GOOD).transform(Failed::new))
                    .onFailure(Failed.class).transform(failed -> failed.failure)
                    .onFailure(CircuitBreakerOpenException.class).transform(open -> refusal());
        });
    }

    /** Counts a call that did not pass, unless it is too late. */
    void count(Sign sign) {
        if (sign == Sign.NONE || state != CircuitBreakerState.CLOSED) {
            return;
        }
        guard.get(() -> sign == Sign.GOOD ? Uni.createFrom().nullItem() : Uni.createFrom().failure(new Failed(null)))
                .subscribe().with(counted -> {
                }, counted -> {
                });
    }

    /** @return for how long every call is refused; zero or negative if the next one may probe */
    Duration closedIn() {
        return state == CircuitBreakerState.OPEN ? Duration.between(clock.instant(), openUntil) : Duration.ZERO;
    }

    /** @return for how long one call has been probing; negative while none is, zero if the breaker is closed */
    Duration probedFor() {
        return state == CircuitBreakerState.CLOSED ? Duration.ZERO : Duration.between(openUntil, clock.instant());
    }

    CircuitBreakerState state() {
        return state;
    }

    TokenException refusal() {
        Duration rest = Duration.between(clock.instant(), openUntil);
        return TokenError.BREAKER_OPEN.because(refusal).retryAfter(rest.compareTo(PROBED_FOR) > 0 ? rest : PROBED_FOR);
    }

    private void changed(CircuitBreakerState next) {
        if (next == CircuitBreakerState.OPEN) {
            openUntil = clock.instant().plus(delay);
        }
        state = next;
        listener.accept(next);
    }
}
