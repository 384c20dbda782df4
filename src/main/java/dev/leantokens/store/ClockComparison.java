package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import org.jboss.logging.Logger;

/**
 * Compares the clock of this machine with Redis' clock, with each heartbeat. Redis reads its clock between the question and the
 * answer. Either can wait, in a process that stops or on a slow network, which is no difference of the clocks. Thread-safe.
 */
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

    /** @return how far the clock of this machine is ahead of Redis' clock, at least; negative if it is behind */
    Duration difference() {
        return difference;
    }

    private Duration difference(StorePulse pulse) {
        Instant arrivedAt = clock.instant();
        if (pulse.time().isBefore(pulse.sentAt())) {
            return Duration.between(pulse.time(), pulse.sentAt());
        }
        return pulse.time().isAfter(arrivedAt) ? Duration.between(pulse.time(), arrivedAt) : Duration.ZERO;
    }

    @Override
    public void pulse(StorePulse pulse) {
        Duration now = difference(pulse);
        difference = now;
        warning.update(now.abs().compareTo(tolerance) > 0, () -> "The clock of this machine is " + now.abs().toSeconds() + " s "
                + (now.isNegative() ? "behind" : "ahead of") + " Redis' clock, which is more than STORE_CLOCK_TOLERANCE. "
                + "Synchronize the clocks: until then, this replica does not use all tokens of others");
    }
}
