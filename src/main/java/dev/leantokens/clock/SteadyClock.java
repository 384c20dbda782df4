package dev.leantokens.clock;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * A clock that is right at the start and from then on tells the time that has passed, and never goes back. Someone who sets
 * the machine's clock does not move it; a machine that slept does: the time asleep has passed for a token, too.
 * <p>
 * It runs on the JVM's monotonic time, which knows nothing of the machine's clock, but on most systems stands still while the
 * machine sleeps. So it watches how far the machine's clock is from it. When that changes by more than a moment, the machine
 * has slept or its clock was set, and the system's uptime, which counts sleep, tells which. Where there is none, a step forward
 * is taken for sleep: a good token is then asked for again, which costs a call, and an expired one is never taken for good.
 * Thread-safe; reading it does no I/O but after such a step.
 */
final class SteadyClock extends Clock {

    /** Larger than what two clocks drift apart between two looks, smaller than what matters for a token. */
    private static final long MOMENT_MILLIS = 2_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final InstantSource wall;
    private final LongSupplier monotonicNanos;
    private final Uptime uptime;
    private final long startNanos;
    private final long startMillis;
    private final long startUptimeMillis;
    private final AtomicReference<Steps> steps;

    /**
     * What has been noticed so far.
     *
     * @param sleptMillis how long the machine has slept since the start
     * @param leadMillis how far the machine's clock is ahead of this one's
     */
    private record Steps(long sleptMillis, long leadMillis) {
    }

    /**
     * @param wall the machine's clock, which may be set at any time
     * @param monotonicNanos as {@link System#nanoTime()}
     * @param uptime the system's uptime
     */
    SteadyClock(InstantSource wall, LongSupplier monotonicNanos, Uptime uptime) {
        this.wall = wall;
        this.monotonicNanos = monotonicNanos;
        this.uptime = uptime;
        this.startNanos = monotonicNanos.getAsLong();
        this.startMillis = wall.millis();
        this.startUptimeMillis = uptime.millis().orElse(0);
        this.steps = new AtomicReference<>(new Steps(0, 0));
    }

    static SteadyClock ofThisMachine() {
        return new SteadyClock(Clock.systemUTC(), System::nanoTime, new Uptime());
    }

    @Override
    public long millis() {
        Steps known = steps.get();
        long awake = (monotonicNanos.getAsLong() - startNanos) / NANOS_PER_MILLI;
        long now = startMillis + awake + known.sleptMillis;
        long lead = wall.millis() - now;
        if (Math.abs(lead - known.leadMillis) <= MOMENT_MILLIS) {
            return now;
        }
        return startMillis + awake + afterStep(known, lead, awake).sleptMillis;
    }

    /** Finds out what the step was. Several threads may see it at once: the first one's finding holds. */
    private Steps afterStep(Steps known, long lead, long awake) {
        OptionalLong up = uptime.millis();
        long slept = up.isPresent()
                ? up.getAsLong() - startUptimeMillis - awake
                : known.sleptMillis + lead - known.leadMillis;
        // Never less than before: the uptime is less precise than the monotonic time, and without one a step back is no sleep.
        long total = slept < known.sleptMillis + MOMENT_MILLIS / 2 ? known.sleptMillis : slept;
        Steps found = new Steps(total, lead - (total - known.sleptMillis));
        return steps.compareAndSet(known, found) ? found : steps.get();
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
