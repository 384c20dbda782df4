package dev.leantokens.testing;

import java.time.Duration;
import java.time.Instant;

/** The clocks of a machine that can be set, and that sleeps. */
public final class FakeMachine {

    private long awakeNanos = 123_000_000;
    private long asleepNanos;
    private long setByNanos;
    private boolean tellsUptime = true;

    /** Time passes while the machine is awake. */
    public void run(Duration duration) {
        awakeNanos += duration.toNanos();
    }

    /** Time passes while the machine sleeps. */
    public void sleep(Duration duration) {
        asleepNanos += duration.toNanos();
    }

    /** Someone sets the machine's clock forward, or back. */
    public void set(Duration forward) {
        setByNanos += forward.toNanos();
    }

    public void hideUptime() {
        tellsUptime = false;
    }

    public boolean tellsUptime() {
        return tellsUptime;
    }

    /** @return the time that has really passed */
    public Duration passed() {
        return Duration.ofNanos(awakeNanos + asleepNanos);
    }

    public long uptimeMillis() {
        // To a hundredth of a second, as Linux has it.
        return passed().toMillis() / 10 * 10;
    }

    public long monotonicNanos() {
        return awakeNanos;
    }

    public Instant wall() {
        return Instant.parse("2026-03-01T12:00:00Z").plus(passed()).plusNanos(setByNanos);
    }
}
