package dev.leantokens.clock;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * A clock that starts with the system time, never goes back, and includes the time that the machine sleeps.
 * <p>
 * It runs on the JVM's monotonic time, which changes of the system time do not affect, but which stops on most systems while
 * the machine sleeps. Each reading therefore compares it with the system time. A step forward counts as sleep, even if the
 * system time was set: at worst, valid tokens are requested again, but no expired token is considered valid. A step back is
 * ignored. Thread-safe; does no I/O.
 */
final class SteadyClock extends Clock {

    /** Longer than two clocks drift apart between two readings, shorter than what matters for a token. */
    private static final long TOLERANCE_MILLIS = 2_000;

    private final InstantSource wall;
    private final AwakeClock awakeClock;
    private final AtomicReference<Steps> steps = new AtomicReference<>(new Steps(0, 0));

    /**
     * The steps of the system time since the start.
     *
     * @param forwardMillis the total of the steps forward
     * @param backMillis the total of the steps back, which is not negative
     */
    private record Steps(long forwardMillis, long backMillis) {
    }

    /**
     * @param wall the system time, which may be set at any time
     * @param monotonicNanos like {@link System#nanoTime()}
     */
    SteadyClock(InstantSource wall, LongSupplier monotonicNanos) {
        this.wall = wall;
        this.awakeClock = new AwakeClock(wall, monotonicNanos);
    }

    static SteadyClock ofThisMachine() {
        return new SteadyClock(Clock.systemUTC(), System::nanoTime);
    }

    @Override
    public long millis() {
        Steps known = steps.get();
        long awake = awakeClock.millis();
        long now = awake + known.forwardMillis;
        long step = wall.millis() - (now - known.backMillis);
        if (Math.abs(step) <= TOLERANCE_MILLIS) {
            return now;
        }
        Steps found = step > 0 ? new Steps(known.forwardMillis + step, known.backMillis)
                : new Steps(known.forwardMillis, known.backMillis - step);
        // Several threads can detect the same step; the first one counts it.
        return awake + (steps.compareAndSet(known, found) ? found : steps.get()).forwardMillis;
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
