package dev.leantokens.attacks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The outcomes and latencies of ordinary callers. Thread-safe. */
public final class Report {

    private static final int SHOWN = 5;

    private final Latencies cached = new Latencies();
    private final Latencies missed = new Latencies();
    private final List<String> failures = new ArrayList<>();
    private int begun;
    private int failed;

    /** The latency of each answer. */
    private static final class Latencies {

        private long[] nanos = new long[1024];
        private int size;

        void add(long taken) {
            if (size == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * size);
            }
            nanos[size++] = taken;
        }

        double millis(double part) {
            Arrays.sort(nanos, 0, size);
            return size == 0 ? 0 : nanos[Math.min(size - 1, (int) (size * part))] / 1e6;
        }
    }

    synchronized void begin() {
        begun++;
    }

    /** @param wrong the error in the answer; empty if it is correct */
    synchronized void add(boolean miss, long nanos, Optional<String> wrong) {
        (miss ? missed : cached).add(nanos);
        wrong.ifPresent(text -> {
            if (++failed <= SHOWN) {
                failures.add(text);
            }
        });
    }

    /** @return whether all requests have been answered or have timed out */
    public synchronized boolean isComplete() {
        return begun == requests();
    }

    /** @return the number of completed requests, failed ones included */
    public synchronized int requests() {
        return cached.size + missed.size;
    }

    /** @return the number of completed requests for uncached tokens */
    public synchronized int misses() {
        return missed.size;
    }

    /** @return the number of requests without a correct answer */
    public synchronized int failed() {
        return failed;
    }

    /** @return descriptions of the first failures */
    public synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    /** @return this quantile for cached tokens, in milliseconds */
    public synchronized double cachedMillis(double part) {
        return cached.millis(part);
    }

    /** @return this quantile for uncached tokens, in milliseconds */
    public synchronized double missedMillis(double part) {
        return missed.millis(part);
    }
}
