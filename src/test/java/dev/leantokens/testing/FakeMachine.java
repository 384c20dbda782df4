package dev.leantokens.testing;

import java.time.Duration;
import java.time.Instant;

/** The clocks of a machine that can be suspended and whose system time can be set. */
public final class FakeMachine {

    private long awakeNanos = 123_000_000;
    private long asleepNanos;
    private long setByNanos;

    /** Advances time while the machine runs. */
    public void run(Duration duration) {
        awakeNanos += duration.toNanos();
    }

    /** Advances time while the machine is suspended. */
    public void sleep(Duration duration) {
        asleepNanos += duration.toNanos();
    }

    /** Sets the system time forward or back. */
    public void set(Duration forward) {
        setByNanos += forward.toNanos();
    }

    /** @return the elapsed time */
    public Duration passed() {
        return Duration.ofNanos(awakeNanos + asleepNanos);
    }

    public long monotonicNanos() {
        return awakeNanos;
    }

    public Instant wall() {
        return Instant.parse("2026-03-01T12:00:00Z").plus(passed()).plusNanos(setByNanos);
    }
}
