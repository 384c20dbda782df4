package dev.leantokens.clock;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * A clock that starts with the system time and then follows the JVM's monotonic time only. It never goes back, and is never
 * fast; it stops on most systems while the machine sleeps. Thread-safe; does no I/O.
 */
final class AwakeClock extends Clock {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LongSupplier monotonicNanos;
    private final long startNanos;
    private final long startMillis;

    /**
     * @param wall the system time, which is read once
     * @param monotonicNanos like {@link System#nanoTime()}
     */
    AwakeClock(InstantSource wall, LongSupplier monotonicNanos) {
        this.monotonicNanos = monotonicNanos;
        this.startNanos = monotonicNanos.getAsLong();
        this.startMillis = wall.millis();
    }

    static AwakeClock ofThisMachine() {
        return new AwakeClock(Clock.systemUTC(), System::nanoTime);
    }

    @Override
    public long millis() {
        return startMillis + (monotonicNanos.getAsLong() - startNanos) / NANOS_PER_MILLI;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        InstantSource instants = this::instant;
        return instants.withZone(zone);
    }
}
