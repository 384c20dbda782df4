package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

import org.jboss.logging.Logger;

import dev.leantokens.error.TokenException;
import io.smallrye.faulttolerance.api.CircuitBreakerState;

/**
 * Tells the log when the first of several breakers opens and when the last of them closes, and not each time that one goes on.
 * Thread-safe.
 */
final class OutageLines {

    private static final Logger LOG = Logger.getLogger(LeanBreaker.class);

    private final String whose;
    private final Clock clock;
    private volatile TokenException lastFailure;
    /** By name of the breaker, those that are not closed. Guarded by this. */
    private final Map<String, CircuitBreakerState> open = new HashMap<>();
    /** Guarded by this. */
    private Instant since;

    /** @param whose the calls that the breaker is for, as the log line continues; empty for the service's own */
    OutageLines(String whose, Clock clock) {
        this.whose = whose;
        this.clock = clock;
    }

    /** @return what listens to the breaker of this name */
    Consumer<CircuitBreakerState> of(String breaker) {
        return state -> changed(breaker, state);
    }

    void failed(TokenException failure) {
        lastFailure = failure;
    }

    /** @return the state of all of them together: closed if all are closed, open if one is */
    synchronized CircuitBreakerState state() {
        if (open.isEmpty()) {
            return CircuitBreakerState.CLOSED;
        }
        return open.containsValue(CircuitBreakerState.OPEN) ? CircuitBreakerState.OPEN : CircuitBreakerState.HALF_OPEN;
    }

    private synchronized void changed(String breaker, CircuitBreakerState state) {
        boolean away = !open.isEmpty();
        if (state == CircuitBreakerState.CLOSED) {
            open.remove(breaker);
        } else {
            open.put(breaker, state);
        }
        if (!away && !open.isEmpty()) {
            since = clock.instant();
            LOG.warn("Lean is away" + whose + ": it has kept failing, the last time with " + lastFailure.explanation()
                    + ". It is asked once in LEAN_BREAKER_DELAY whether it is back");
        } else if (away && open.isEmpty()) {
            LOG.info("Lean is back" + whose + ", after " + Duration.between(since, clock.instant()).toSeconds() + " s");
        }
    }
}
