package dev.leantokens.attacks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How ordinary callers fared. Thread-safe. */
public final class Report {

    private static final int SHOWN = 5;

    private final Latencies cached = new Latencies();
    private final Latencies missed = new Latencies();
    private final List<String> failures = new ArrayList<>();
    private int begun;
    private int failed;

    /** How long answers took, each of them. */
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

    /** @param wrong what is wrong with the answer; empty if nothing is */
    synchronized void add(boolean miss, long nanos, Optional<String> wrong) {
        (miss ? missed : cached).add(nanos);
        wrong.ifPresent(text -> {
            if (++failed <= SHOWN) {
                failures.add(text);
            }
        });
    }

    /** @return whether all requests are over, by an answer or by the time that one may take */
    public synchronized boolean isComplete() {
        return begun == requests();
    }

    /** @return the number of requests that are over, failed ones included */
    public synchronized int requests() {
        return cached.size + missed.size;
    }

    /** @return those of them for tokens that were in no cache */
    public synchronized int misses() {
        return missed.size;
    }

    /** @return the number of requests without an answer, or without the right one */
    public synchronized int failed() {
        return failed;
    }

    /** @return the first failures, in words */
    public synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    /** @return in milliseconds, of requests for cached tokens */
    public synchronized double cachedMillis(double part) {
        return cached.millis(part);
    }

    /** @return in milliseconds, of requests for tokens that were in no cache */
    public synchronized double missedMillis(double part) {
        return missed.millis(part);
    }
}
