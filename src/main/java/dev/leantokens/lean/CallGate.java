package dev.leantokens.lean;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Optional;

import dev.leantokens.token.TokenError;
import io.smallrye.mutiny.Uni;

/**
 * Lets so many calls through at a time; others wait. They wait here and not in the HTTP client, where to wait for a
 * connection takes from the time that Lean has for its answer, so that a crowd of callers looks like a Lean that fails.
 * Each caller has a line of its own, and the lines take turns: who brings a crowd makes that crowd wait, and not the next
 * caller. Thread-safe.
 */
final class CallGate {

    /** More in all lines together than so many times the calls at a time could not be served in time anyway. */
    private static final int LINES = 10;

    private static final Runnable NOTHING = () -> {
    };

    /** What tells a call that it has waited long enough. */
    interface Timer {

        /**
         * @param millis after which the action is run
         * @return ends the timer
         */
        Runnable start(long millis, Runnable action);
    }

    private final int limit;
    private final Timer timer;

    /** By account, the one whose turn it is first; none of them empty. Guarded by this, as everything below. */
    private final LinkedHashMap<String, Deque<Waiting>> lines = new LinkedHashMap<>();
    private int waiting;
    private int inside;

    /**
     * @param enter makes the call
     * @param turnAway lets its caller know that it will not be made
     */
    private record Waiting(Runnable enter, Runnable turnAway) {
    }

    /**
     * @param now what is to be done at once, outside of the lock
     * @param waits whether the one that has come waits
     */
    private record Arrival(Runnable now, boolean waits) {
    }

    CallGate(int limit, Timer timer) {
        this.limit = limit;
        this.timer = timer;
    }

    /**
     * @param account who the call is for
     * @param call the call, which is made as soon as there is room
     * @param patience how long it waits for that
     * @return how the call ends; or a failure if there was no room in time, or too many wait
     */
    <T> Uni<T> pass(String account, Uni<T> call, Duration patience) {
        return Uni.createFrom().emitter(outcome -> {
            Waiting waiter = new Waiting(
                    () -> call.onTermination().invoke(this::leave).subscribe().with(outcome::complete, outcome::fail),
                    () -> outcome.fail(busy()));
            Arrival arrival = arrive(account, waiter);
            arrival.now().run();
            if (arrival.waits()) {
                // Without an end of its own it would hold on to the call, long since made, for the rest of the patience.
                outcome.onTermination(timer.start(Math.max(1, patience.toMillis()), () -> {
                    if (giveUp(account, waiter)) {
                        waiter.turnAway().run();
                    }
                }));
            }
        });
    }

    private synchronized Arrival arrive(String account, Waiting waiter) {
        if (inside < limit) {
            inside++;
            return new Arrival(waiter.enter(), false);
        }
        Deque<Waiting> line = lines.computeIfAbsent(account, name -> new ArrayDeque<>());
        line.addLast(waiter);
        waiting++;
        if (waiting <= limit * LINES) {
            return new Arrival(NOTHING, true);
        }
        // The last of the longest line has to go, which is the one that has come if its line is among the longest.
        String longest = lines.entrySet().stream().max(Comparator.comparingInt(entry -> entry.getValue().size())).orElseThrow()
                .getKey();
        String full = line.size() == lines.get(longest).size() ? account : longest;
        Waiting last = lines.get(full).peekLast();
        remove(full, last);
        return new Arrival(last.turnAway(), last != waiter);
    }

    private synchronized boolean giveUp(String account, Waiting waiter) {
        return remove(account, waiter);
    }

    private boolean remove(String account, Waiting waiter) {
        Deque<Waiting> line = lines.get(account);
        if (line == null || !line.remove(waiter)) {
            return false;
        }
        waiting--;
        if (line.isEmpty()) {
            lines.remove(account);
        }
        return true;
    }

    /** Whoever leaves makes room for the first of the line whose turn it is. */
    private void leave() {
        Optional<Waiting> next;
        synchronized (this) {
            next = next();
            if (next.isEmpty()) {
                inside--;
            }
        }
        next.map(Waiting::enter).ifPresent(Runnable::run);
    }

    private Optional<Waiting> next() {
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        String account = lines.keySet().iterator().next();
        Deque<Waiting> line = lines.remove(account);
        Waiting first = line.removeFirst();
        waiting--;
        if (!line.isEmpty()) {
            lines.put(account, line);
        }
        return Optional.of(first);
    }

    private static Throwable busy() {
        return TokenError.TOO_MANY_CALLS.because("more calls to Lean are wanted than are made at a time");
    }
}
