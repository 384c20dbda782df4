package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.jboss.logging.Logger;

/** The current outage of Redis, if there is one. Logs its start and its end, each once. Thread-safe. */
final class StoreOutage {

    private static final Logger LOG = Logger.getLogger(StoreOutage.class);

    private final Clock clock;
    private volatile State state;

    /** @param fault the one that was found last; empty while Redis can be used, and before the first attempt */
    record State(Optional<StoreFault> fault, Instant since) {
    }

    StoreOutage(Clock clock) {
        this.clock = clock;
        this.state = new State(Optional.empty(), clock.instant());
    }

    /** Records a fault: the first one starts an outage. */
    synchronized void start(StoreFault fault) {
        if (state.fault().isEmpty()) {
            state = new State(Optional.of(fault), clock.instant());
            LOG.warn("Redis is unavailable: " + fault.explanation()
                    + ". This replica goes on without it, with its own tokens and a part of the calls to Lean");
        } else {
            state = new State(Optional.of(fault), state.since());
        }
    }

    /** Records that Redis can be used. */
    synchronized void end() {
        Instant now = clock.instant();
        if (state.fault().isPresent()) {
            LOG.info("Redis is back, after " + Duration.between(state.since(), now).toSeconds() + " s");
        }
        state = new State(Optional.empty(), now);
    }

    State state() {
        return state;
    }

    /** @return the failure of scripts that are not even sent */
    StoreUnavailableException exception() {
        return new StoreUnavailableException(state.fault().orElse(StoreFault.CONNECTION));
    }
}
