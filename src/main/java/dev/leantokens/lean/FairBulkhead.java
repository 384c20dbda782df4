package dev.leantokens.lean;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.lean.WaitingRoom.Seat;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;
import io.smallrye.mutiny.Uni;

/**
 * Limits the number of concurrent calls and lets the others wait. In the HTTP client, they would wait for a connection within
 * the time for Lean's response, so that many callers would look like a failing Lean.
 * <p>
 * Each account has a line and the lines take turns, so that a crowd keeps no other caller waiting. A call of several callers
 * waits in the line of each, and starts when the first of them has its turn. Thread-safe.
 */
final class FairBulkhead {

    private final int limit;
    private final WaitingRoom room;

    /** By account, without empty ones; the line whose turn is next comes first. Guarded by this, like all fields below. */
    private final LinkedHashMap<String, LinkedHashSet<Waiting>> lines = new LinkedHashMap<>();
    private int running;

    private final class Waiting {

        private final Runnable start;
        private final Seat seat;
        private final List<String> accounts = new ArrayList<>(1);
        private boolean left;

        private Waiting(Runnable start, Consumer<Throwable> fail) {
            this.start = start;
            this.seat = room.seat(reason -> {
                if (leaveLines(this)) {
                    fail.accept(busy());
                }
            });
        }
    }

    /** @param room where calls wait, shared with the budget */
    FairBulkhead(int limit, WaitingRoom room) {
        this.limit = limit;
        this.room = room;
    }

    /**
     * @param callers the callers that the call is made for
     * @param call the call, which is made as soon as fewer than the limit are running
     * @param patience how long it can wait for that
     * @return the call's outcome; or a failure if it had to wait for too long, or too many calls wait
     */
    <T> Uni<T> pass(CallerAccounts callers, Uni<T> call, Duration patience) {
        return Uni.createFrom().emitter(outcome -> {
            Waiting waiting = new Waiting(
                    () -> call.onTermination().invoke(this::end).subscribe().with(outcome::complete, outcome::fail),
                    outcome::fail);
            List<CallerAccount> present = callers.snapshot().all();
            if (enter(waiting, present)) {
                waiting.start.run();
            } else {
                room.take(waiting.seat, present.get(0).account(), patience);
                callers.watch(caller -> join(waiting, caller));
            }
        });
    }

    /** @return whether the call can start at once; otherwise it waits */
    private synchronized boolean enter(Waiting waiting, List<CallerAccount> callers) {
        if (running < limit) {
            running++;
            return true;
        }
        callers.forEach(caller -> queue(waiting, caller.account()));
        return false;
    }

    private void join(Waiting waiting, CallerAccount caller) {
        synchronized (this) {
            if (waiting.left) {
                return;
            }
            queue(waiting, caller.account());
        }
        room.share(waiting.seat, caller.account());
    }

    private void queue(Waiting waiting, String account) {
        if (lines.computeIfAbsent(account, name -> new LinkedHashSet<>()).add(waiting)) {
            waiting.accounts.add(account);
        }
    }

    /** @return false if the call has left already */
    private synchronized boolean leaveLines(Waiting waiting) {
        if (waiting.left) {
            return false;
        }
        waiting.left = true;
        for (String account : waiting.accounts) {
            LinkedHashSet<Waiting> line = lines.get(account);
            line.remove(waiting);
            if (line.isEmpty()) {
                lines.remove(account);
            }
        }
        return true;
    }

    /** Ends a running call: the first call of the line whose turn is next takes its place. */
    private void end() {
        Waiting next;
        synchronized (this) {
            if (lines.isEmpty()) {
                running--;
                return;
            }
            next = next();
        }
        next.seat.leave();
        next.start.run();
    }

    private Waiting next() {
        String account = lines.keySet().iterator().next();
        LinkedHashSet<Waiting> line = lines.remove(account);
        lines.put(account, line);
        Waiting first = line.iterator().next();
        leaveLines(first);
        return first;
    }

    static TokenException busy() {
        return TokenError.TOO_MANY_CALLS.because("too many calls to Lean are in progress or waiting");
    }
}
