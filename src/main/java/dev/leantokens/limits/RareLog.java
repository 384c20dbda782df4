package dev.leantokens.limits;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Logs at most one line a minute: a caller that causes it often must not fill the log. Thread-safe. */
final class RareLog {

    private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier clock;
    private final Consumer<String> log;
    private final AtomicLong lastLine;

    /**
     * @param clock nanoseconds since some time
     * @param log takes a line for the log
     */
    RareLog(LongSupplier clock, Consumer<String> log) {
        this.clock = clock;
        this.log = log;
        this.lastLine = new AtomicLong(clock.getAsLong() - SILENCE_NANOS);
    }

    void say(Supplier<String> line) {
        long now = clock.getAsLong();
        long last = lastLine.get();
        if (now - last >= SILENCE_NANOS && lastLine.compareAndSet(last, now)) {
            log.accept(line.get());
        }
    }
}
