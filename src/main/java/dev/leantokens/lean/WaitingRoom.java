package dev.leantokens.lean;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Bounds how many calls wait, and for how long, whatever they wait for: each of them holds a caller's request in memory. When
 * there are too many, the last call of the account with the most has to leave, so that a crowd keeps no other account out.
 * Thread-safe.
 */
final class WaitingRoom {

    /** Calls that wait may take this part of the heap, which they share with the cache and the connections. */
    private static final int PART_OF_HEAP = 4;
    /** What a call takes while it waits, with the request and the connection of its caller: see docs/measurements.md. */
    private static final int BYTES_OF_CALL = 12 * 1024;

    private final int seats;
    private final WaitTimer timer;

    /** By account, and in the order in which they were taken; none is empty. Guarded by this, as everything below. */
    private final Map<String, TreeMap<Long, Seat>> accounts = new HashMap<>();
    private int taken;
    private long last;

    /** Why a call has to leave. */
    enum Reason {
        /** Its patience has ended. */
        LATE,
        /** Too many wait. */
        FULL
    }

    WaitingRoom(int seats, WaitTimer timer) {
        this.seats = seats;
        this.timer = timer;
    }

    /** @return the number of calls that may wait in a heap of this size */
    static int seatsFor(long maxHeap) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, maxHeap / PART_OF_HEAP / BYTES_OF_CALL));
    }

    /** The place of one call, which it leaves once and for good. */
    final class Seat {

        private final Consumer<Reason> sendAway;
        private String account;
        private long number;
        private boolean left;
        private Runnable stopTimer = () -> {
        };

        private Seat(Consumer<Reason> sendAway) {
            this.sendAway = sendAway;
        }

        /** The call does not wait any more. Has no effect on one that has left. */
        void leave() {
            WaitingRoom.this.leave(this);
        }
    }

    /** @param sendAway ends the wait of the call, unless it has just ended */
    Seat seat(Consumer<Reason> sendAway) {
        return new Seat(sendAway);
    }

    /**
     * The call waits from now on, unless it has left by now.
     *
     * @param account who it waits for
     * @param patience how long it waits
     */
    void take(Seat seat, String account, Duration patience) {
        Seat excess;
        synchronized (this) {
            if (seat.left) {
                return;
            }
            seat.stopTimer = timer.start(Math.max(1, patience.toMillis()), () -> sendAway(seat, Reason.LATE));
            seat.number = ++last;
            add(seat, account);
            excess = taken > seats ? lastOfLongest(account) : null;
        }
        if (excess != null) {
            sendAway(excess, Reason.FULL);
        }
    }

    /** Another account waits for the same call: it counts for the one with fewer waiting calls. */
    synchronized void share(Seat seat, String account) {
        if (seat.left || seat.account == null || seat.account.equals(account)) {
            return;
        }
        TreeMap<Long, Seat> others = accounts.get(account);
        if (others == null || others.size() + 1 < accounts.get(seat.account).size()) {
            remove(seat);
            add(seat, account);
        }
    }

    /** @return how many calls wait */
    synchronized int size() {
        return taken;
    }

    private void sendAway(Seat seat, Reason reason) {
        if (leave(seat)) {
            seat.sendAway.accept(reason);
        }
    }

    private synchronized boolean leave(Seat seat) {
        if (seat.left) {
            return false;
        }
        seat.left = true;
        seat.stopTimer.run();
        if (seat.account != null) {
            remove(seat);
        }
        return true;
    }

    private void add(Seat seat, String account) {
        seat.account = account;
        accounts.computeIfAbsent(account, name -> new TreeMap<>()).put(seat.number, seat);
        taken++;
    }

    private void remove(Seat seat) {
        TreeMap<Long, Seat> others = accounts.get(seat.account);
        others.remove(seat.number);
        taken--;
        if (others.isEmpty()) {
            accounts.remove(seat.account);
        }
    }

    /** @param newcomer the account of the one that has come, which goes if no other has more */
    private Seat lastOfLongest(String newcomer) {
        TreeMap<Long, Seat> longest = accounts.values().stream().max(Comparator.comparingInt(TreeMap::size))
                .orElseThrow();
        TreeMap<Long, Seat> its = accounts.get(newcomer);
        return (its.size() == longest.size() ? its : longest).lastEntry().getValue();
    }
}
