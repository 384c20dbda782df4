package dev.leantokens.limits;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/** Logs events of one kind at most once a minute, so that callers who cause many cannot fill the log. Thread-safe. */
final class RareLog {

    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier clock;
    private final Consumer<String> log;
    private final AtomicLong lastLine;
    private final AtomicLong events = new AtomicLong();

    /**
     * @param clock nanoseconds from an arbitrary origin
     * @param log receives the lines
     */
    RareLog(LongSupplier clock, Consumer<String> log) {
        this.clock = clock;
        this.log = log;
        this.lastLine = new AtomicLong(clock.getAsLong() - INTERVAL_NANOS);
    }

    /** @param line of the number of events since the last line */
    void record(LongFunction<String> line) {
        events.incrementAndGet();
        long now = clock.getAsLong();
        long last = lastLine.get();
        if (now - last >= INTERVAL_NANOS && lastLine.compareAndSet(last, now)) {
            log.accept(line.apply(events.getAndSet(0)));
        }
    }
}
