package dev.leantokens.hostile.time;

import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

import dev.leantokens.clock.SteadyClocks;
import dev.leantokens.testing.FakeMachine;

/**
 * A machine with one process, whose timers and responses come as those of a real one: timers by monotonic time, responses by
 * the time of the others. A process that was stopped finds both when it continues, in any order.
 */
final class SimulatedMachine {

    private final FakeMachine machine = new FakeMachine();
    private final RandomGenerator random;
    private final PriorityQueue<Event> timers = events();
    private final PriorityQueue<Event> responses = events();
    private final Clock steady = SteadyClocks.of(machine);
    private final Clock awake = SteadyClocks.awake(machine);
    private long number;
    private long latest;

    private record Event(long nanos, long number, Runnable action) {
    }

    SimulatedMachine(RandomGenerator random) {
        this.random = random;
    }

    private static PriorityQueue<Event> events() {
        return new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingLong(Event::number));
    }

    /** @return the clock that includes sleep */
    Clock steady() {
        return steady;
    }

    /** @return the clock that stops while the machine sleeps */
    Clock awake() {
        return awake;
    }

    /** @return the time that has passed for all others */
    Duration passed() {
        return machine.passed();
    }

    /** @return the time that has passed for the process, also while it was stopped */
    Duration monotonic() {
        return Duration.ofNanos(machine.monotonicNanos());
    }

    /** @return stops the timer */
    Runnable startTimer(long millis, Runnable action) {
        Event timer = new Event(machine.monotonicNanos() + millis * 1_000_000, ++number, action);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    /** Delivers a response after a time, also while the machine sleeps. */
    void respond(Duration delay, Runnable action) {
        responses.add(new Event(machine.passed().plus(delay).toNanos(), ++number, action));
    }

    /** Lets the process run. */
    void run(Duration duration) {
        long end = machine.monotonicNanos() + duration.toNanos();
        while (true) {
            long timer = timers.isEmpty() ? Long.MAX_VALUE : timers.peek().nanos() - machine.monotonicNanos();
            long response = responses.isEmpty() ? Long.MAX_VALUE : responses.peek().nanos() - machine.passed().toNanos();
            long next = Math.max(0, Math.min(timer, response));
            if (next > end - machine.monotonicNanos()) {
                break;
            }
            machine.run(Duration.ofNanos(next));
            (timer <= response ? timers : responses).remove().action().run();
        }
        machine.run(Duration.ofNanos(end - machine.monotonicNanos()));
    }

    /** Stops the process for a time, and lets it handle what it has missed. */
    void stop(Duration duration) {
        machine.run(duration);
        handleMissed();
    }

    /** Suspends the machine, and lets it handle what it has missed. */
    void sleep(Duration duration) {
        machine.sleep(duration);
        handleMissed();
    }

    /** Sets the system time forward or back. */
    void set(Duration forward) {
        machine.set(forward);
    }

    private void handleMissed() {
        while (true) {
            boolean timer = !timers.isEmpty() && timers.peek().nanos() <= machine.monotonicNanos();
            boolean response = !responses.isEmpty() && responses.peek().nanos() <= machine.passed().toNanos();
            if (!timer && !response) {
                return;
            }
            (timer && (!response || random.nextBoolean()) ? timers : responses).remove().action().run();
        }
    }

    /** @throws AssertionError if the clock has gone back */
    void requireSteadyClock() {
        long now = steady.millis();
        if (now < latest) {
            throw new AssertionError("the clock went back by " + (latest - now) + " ms");
        }
        latest = now;
    }
}
