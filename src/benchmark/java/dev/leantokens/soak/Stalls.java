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
 * The times at which a thread of this process or of a replica was ready to run, and waited for a processor for long. Linux
 * counts that for each thread. Thread-safe.
 */
final class Stalls implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(500);
    /** What a thread may wait within an interval. */
    private static final Duration TOLERATED = Duration.ofMillis(200);
    /** The second number of the file: nanoseconds of waiting. */
    private static final int WAITED = 1;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<Long> processes = new CopyOnWriteArrayList<>(List.of(ProcessHandle.current().pid()));
    private final List<Stall> stalls = new ArrayList<>();
    private Map<Path, Long> before = new HashMap<>();
    private Instant last = Instant.now();

    private record Stall(Instant from, Instant until, Duration waited) {
    }

    Stalls() {
        timer.scheduleWithFixedDelay(this::measure, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Includes the threads of this process. */
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
                    waited.put(thread, Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[WAITED]));
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
        return stalls.stream().filter(stall -> stall.from().isBefore(until) && stall.until().isAfter(from)).map(Stall::waited)
                .reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public synchronized String toString() {
        long longest = stalls.stream().mapToLong(stall -> stall.waited().toMillis()).max().orElse(0);
        return "%d stalls of this machine, the longest of %d ms".formatted(stalls.size(), longest);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
