package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;

import org.jboss.logging.Logger;

/** Compares the clock of this machine with Redis' clock, with each heartbeat. Thread-safe. */
final class ClockComparison implements StoreLink.Listener {

    private static final Logger LOG = Logger.getLogger(ClockComparison.class);

    private final Clock clock;
    private final Duration tolerance;
    private final LastingWarning warning;
    private volatile Duration difference = Duration.ZERO;

    /** @param tolerance the difference above which there is a warning */
    ClockComparison(Clock clock, Duration tolerance) {
        this.clock = clock;
        this.tolerance = tolerance;
        this.warning = new LastingWarning(LOG, clock, "The clock of this machine agrees with Redis' clock again");
    }

    /** @return how far the clock of this machine is ahead of Redis' clock; negative if it is behind */
    Duration difference() {
        return difference;
    }

    @Override
    public void pulse(StorePulse pulse) {
        Duration now = Duration.between(pulse.time(), clock.instant());
        difference = now;
        warning.update(now.abs().compareTo(tolerance) > 0, () -> "The clock of this machine is " + now.abs().toSeconds() + " s "
                + (now.isNegative() ? "behind" : "ahead of") + " Redis' clock, which is more than STORE_CLOCK_TOLERANCE. "
                + "Synchronize the clocks: until then, this replica does not use all tokens of others");
    }
}
