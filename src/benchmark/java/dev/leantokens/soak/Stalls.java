package dev.leantokens.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The times at which an event loop of a replica, or a thread of the load, was ready to run and waited for a processor for long.
 * Linux counts that for each thread. Thread-safe.
 */
final class Stalls implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(500);
    /** What a thread may wait within an interval. */
    private static final Duration TOLERATED = Duration.ofMillis(200);
    /** How the names of those threads start; Linux knows the first 15 characters. */
    private static final List<String> THREADS = List.of("vert.x-eventloo", "HttpClient-", "pool-");
    /** The second number of the file: nanoseconds of waiting. */
    private static final int WAITED = 1;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<Long> processes = new CopyOnWriteArrayList<>(List.of(ProcessHandle.current().pid()));
    private final Instant start = Instant.now();
    private final List<Stall> stalls = new ArrayList<>();
    private Map<Path, Long> before = new HashMap<>();
    private Instant last = start;

    private record Stall(Instant from, Instant until, Duration waited) {

        /** @return the wait, as far as it can have been within the interval */
        private Duration within(Instant start, Instant end) {
            Duration overlap = Duration.between(start.isAfter(from) ? start : from, end.isBefore(until) ? end : until);
            return overlap.isNegative() ? Duration.ZERO : overlap.compareTo(waited) < 0 ? overlap : waited;
        }
    }

    Stalls() {
        timer.scheduleWithFixedDelay(this::measure, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Includes the threads of a replica. */
    void watch(long process) {
        processes.add(process);
    }

    private void measure() {
        Map<Path, Long> now = new HashMap<>();
        processes.forEach(process -> readThreads(process, now));
        long waited = now.entrySet().stream().filter(thread -> before.containsKey(thread.getKey()))
                .mapToLong(thread -> thread.getValue() - before.get(thread.getKey())).max().orElse(0);
        before = now;
        add(Instant.now(), Duration.ofNanos(waited));
    }

    private static void readThreads(long process, Map<Path, Long> waited) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process), "task"))) {
            threads.forEach(thread -> {
                try {
                    String name = Files.readString(thread.resolve("comm"));
                    if (THREADS.stream().anyMatch(name::startsWith)) {
                        waited.put(thread, Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[WAITED]));
                    }
                } catch (IOException e) {
                    // The thread has ended.
                }
            });
        } catch (IOException | UncheckedIOException e) {
            // The process has ended.
        }
    }

    private synchronized void add(Instant now, Duration waited) {
        // This thread may have waited as well.
        Duration late = Duration.between(last, now).minus(INTERVAL);
        Duration most = waited.compareTo(late) > 0 ? waited : late;
        if (most.compareTo(TOLERATED) > 0) {
            stalls.add(new Stall(last, now, most));
        }
        last = now;
    }

    /** @return for how long a thread waited within the interval, as far as it has been measured */
    synchronized Duration within(Instant from, Instant until) {
        return stalls.stream().map(stall -> stall.within(from, until)).reduce(Duration.ZERO, Duration::plus);
    }

    /** @return the part of the time in which a thread waited */
    synchronized double part() {
        return (double) within(start, last).toMillis() / Duration.between(start, last).toMillis();
    }

    @Override
    public synchronized String toString() {
        long longest = stalls.stream().mapToLong(stall -> stall.waited().toMillis()).max().orElse(0);
        return "stalls of this machine: %.1f %% of the time, the longest %d ms".formatted(100 * part(), longest);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
