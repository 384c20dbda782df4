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

/** Logs when the first of several breakers opens and when the last one closes. Thread-safe. */
final class OutageLog {

    private static final Logger LOG = Logger.getLogger(LeanBreaker.class);

    private final String calls;
    private final Clock clock;
    private volatile TokenException lastFailure;
    /** By name, the breakers that are not closed. Guarded by this, like the field below. */
    private final Map<String, CircuitBreakerState> open = new HashMap<>();
    private Instant since;

    /** @param calls the calls of the breakers, in the words of the log line; empty for the service's own */
    OutageLog(String calls, Clock clock) {
        this.calls = calls;
        this.clock = clock;
    }

    /** @return the listener for the breaker with this name */
    Consumer<CircuitBreakerState> listener(String breaker) {
        return state -> onStateChange(breaker, state);
    }

    /** Remembers the failure, for the line that may follow. */
    void onFailure(TokenException failure) {
        lastFailure = failure;
    }

    /** @return closed if all breakers are closed, open if one is open */
    synchronized CircuitBreakerState state() {
        if (open.isEmpty()) {
            return CircuitBreakerState.CLOSED;
        }
        return open.containsValue(CircuitBreakerState.OPEN) ? CircuitBreakerState.OPEN : CircuitBreakerState.HALF_OPEN;
    }

    private synchronized void onStateChange(String breaker, CircuitBreakerState state) {
        boolean wasClosed = open.isEmpty();
        if (state == CircuitBreakerState.CLOSED) {
            open.remove(breaker);
        } else {
            open.put(breaker, state);
        }
        if (wasClosed && !open.isEmpty()) {
            since = clock.instant();
            LOG.warn("Lean is unavailable" + calls + ": it keeps failing, most recently with " + lastFailure.explanation()
                    + ". One call per LEAN_BREAKER_DELAY checks whether it is back");
        } else if (!wasClosed && open.isEmpty()) {
            LOG.info("Lean is back" + calls + ", after " + Duration.between(since, clock.instant()).toSeconds() + " s");
        }
    }
}
