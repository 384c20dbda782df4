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
 * Lets a limited number of calls through at a time; others wait. They wait here and not in the HTTP client, where to wait for a
 * connection takes from the time that Lean has for its answer, so that a crowd of callers looks like a Lean that fails.
 * Each caller has a line of its own, and the lines take turns: who brings a crowd makes that crowd wait, and not the next
 * caller. A call that several callers wait for stands in the line of each and enters by the first whose turn comes.
 * Thread-safe.
 */
final class FairBulkhead {

    private final int limit;
    private final WaitingRoom room;

    /** By account, the one whose turn it is first; none of them empty. Guarded by this, as everything below. */
    private final LinkedHashMap<String, LinkedHashSet<Waiting>> lines = new LinkedHashMap<>();
    private int inside;

    private final class Waiting {

        private final Runnable enter;
        private final Seat seat;
        private final List<String> accounts = new ArrayList<>(1);
        private boolean left;

        private Waiting(Runnable enter, Consumer<Throwable> turnAway) {
            this.enter = enter;
            this.seat = room.seat(reason -> {
                if (giveUp(this)) {
                    turnAway.accept(busy());
                }
            });
        }
    }

    /** @param room where calls wait, those for the budget too */
    FairBulkhead(int limit, WaitingRoom room) {
        this.limit = limit;
        this.room = room;
    }

    /**
     * @param requesters who the call is for
     * @param call the call, which is made as soon as there is room
     * @param patience how long it waits for that
     * @return how the call ends; or a failure if there was no room in time, or too many wait
     */
    <T> Uni<T> pass(CallerAccounts requesters, Uni<T> call, Duration patience) {
        return Uni.createFrom().emitter(outcome -> {
            Waiting waiter = new Waiting(
                    () -> call.onTermination().invoke(this::leave).subscribe().with(outcome::complete, outcome::fail),
                    outcome::fail);
            List<CallerAccount> present = requesters.snapshot().all();
            if (entersAtOnce(waiter, present)) {
                waiter.enter.run();
            } else {
                room.take(waiter.seat, present.get(0).account(), patience);
                requesters.watch(joined -> join(waiter, joined));
            }
        });
    }

    private synchronized boolean entersAtOnce(Waiting waiter, List<CallerAccount> requesters) {
        if (inside < limit) {
            inside++;
            return true;
        }
        requesters.forEach(requester -> queue(waiter, requester.account()));
        return false;
    }

    private void join(Waiting waiter, CallerAccount joined) {
        synchronized (this) {
            if (waiter.left) {
                return;
            }
            queue(waiter, joined.account());
        }
        room.share(waiter.seat, joined.account());
    }

    private void queue(Waiting waiter, String account) {
        if (lines.computeIfAbsent(account, name -> new LinkedHashSet<>()).add(waiter)) {
            waiter.accounts.add(account);
        }
    }

    private synchronized boolean giveUp(Waiting waiter) {
        return remove(waiter);
    }

    private boolean remove(Waiting waiter) {
        if (waiter.left) {
            return false;
        }
        waiter.left = true;
        for (String account : waiter.accounts) {
            LinkedHashSet<Waiting> line = lines.get(account);
            line.remove(waiter);
            if (line.isEmpty()) {
                lines.remove(account);
            }
        }
        return true;
    }

    /** Whoever leaves makes room for the first of the line whose turn it is. */
    private void leave() {
        Waiting next = null;
        synchronized (this) {
            if (lines.isEmpty()) {
                inside--;
            } else {
                next = next();
            }
        }
        if (next != null) {
            next.seat.leave();
            next.enter.run();
        }
    }

    private Waiting next() {
        String account = lines.keySet().iterator().next();
        LinkedHashSet<Waiting> line = lines.remove(account);
        lines.put(account, line);
        Waiting first = line.iterator().next();
        remove(first);
        return first;
    }

    static TokenException busy() {
        return TokenError.TOO_MANY_CALLS.because("more calls to Lean are wanted than are made at a time");
    }
}
