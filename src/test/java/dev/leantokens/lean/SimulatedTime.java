package dev.leantokens.lean;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

import dev.leantokens.testing.TestClock;

/** A clock, and timers that run by it. */
final class SimulatedTime implements WaitingRoom.Timer {

    private final TestClock clock = new TestClock();
    private final PriorityQueue<Pending> pending = new PriorityQueue<>(
            Comparator.comparing(Pending::at).thenComparing(Pending::number));
    private long started;

    private record Pending(Instant at, long number, Runnable action) {
    }

    TestClock clock() {
        return clock;
    }

    Instant now() {
        return clock.instant();
    }

    @Override
    public synchronized Runnable start(long millis, Runnable action) {
        Pending timer = new Pending(now().plusMillis(millis), ++started, action);
        pending.add(timer);
        return () -> stop(timer);
    }

    private synchronized void stop(Pending timer) {
        pending.remove(timer);
    }

    /** Advances the clock and runs the timers that are due. */
    void advance(Duration duration) {
        Instant end = now().plus(duration);
        while (!pending.isEmpty() && !pending.peek().at().isAfter(end)) {
            Pending next = pending.remove();
            clock.advance(Duration.between(now(), next.at()));
            next.action().run();
        }
        clock.advance(Duration.between(now(), end));
    }

    int timers() {
        return pending.size();
    }
}
