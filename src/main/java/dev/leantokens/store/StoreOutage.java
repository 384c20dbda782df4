package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

import org.jboss.logging.Logger;

/**
 * Whether Redis can be used, and since when. Logs the start of an outage and its end, each once: outages that follow each other
 * at once are one. If its reason changes for longer than a moment, also logs the new reason, each once. Thread-safe.
 */
final class StoreOutage {

    private static final Logger LOG = Logger.getLogger(StoreOutage.class);

    private final Clock clock;
    private volatile State state;
    /** When the outage started that was logged; null while none is. */
    private Instant loggedSince;
    /** The reasons that were logged for this outage. */
    private final Set<StoreFault> logged = EnumSet.noneOf(StoreFault.class);

    /**
     * @param fault why Redis cannot be used; empty if it can, and before the first attempt
     * @param since when that became so
     */
    record State(Optional<StoreFault> fault, Instant since) {
    }

    StoreOutage(Clock clock) {
        this.clock = clock;
        this.state = new State(Optional.empty(), clock.instant());
    }

    /** Records a fault that can be over in a moment, and whose reason is then known better. It is not logged yet. */
    synchronized void suspect(StoreFault fault) {
        state = new State(Optional.of(fault), state.fault().isPresent() ? state.since() : clock.instant());
    }

    /** Records a fault: Redis cannot be used. */
    synchronized void start(StoreFault fault) {
        boolean lasts = state.fault().equals(Optional.of(fault));
        suspect(fault);
        if (loggedSince == null) {
            loggedSince = state.since();
            logged.clear();
            logged.add(fault);
            LOG.warn("Redis is unavailable: " + fault.explanation()
                    + ". This replica goes on without it, with its own tokens and a part of the calls to Lean");
        } else if (lasts && logged.add(fault)) {
            LOG.warn("Redis is still unavailable, now for another reason: " + fault.explanation());
        }
    }

    /** Records that Redis can be used, perhaps for a moment only. */
    synchronized void recover() {
        state = new State(Optional.empty(), clock.instant());
    }

    /** Records that Redis has been usable for long enough to call an outage over. */
    synchronized void end() {
        if (loggedSince != null) {
            LOG.info("Redis is back, after " + Duration.between(loggedSince, state.since()).toSeconds() + " s");
            loggedSince = null;
        }
    }

    State state() {
        return state;
    }

    /** @return the failure of scripts that are not even sent */
    StoreUnavailableException exception() {
        return new StoreUnavailableException(state.fault().orElse(StoreFault.CONNECTION));
    }
}
