package dev.leantokens.lean;

import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;

/**
 * Limits how many calls wait, and for how long, whatever they wait for: each of them holds a caller's request in memory. When
 * too many wait, the account with the most loses its last one, so that a crowd keeps no other account out. Thread-safe.
 */
final class WaitingRoom {

    /** The part of the heap that waiting calls may take; they share it with the cache and the connections. */
    private static final int PART_OF_HEAP = 4;
    /** The memory that a waiting call takes, with its caller's request and connection: see docs/measurements.md. */
    private static final int BYTES_PER_CALL = 12 * 1024;

    private final int seats;
    private final Timer timer;

    /** By account, without empty ones, and by number. Guarded by this, like all fields below. */
    private final Map<String, TreeMap<Long, Seat>> accounts = new HashMap<>();
    private int taken;
    private long lastNumber;

    /** Runs an action after a delay. */
    @FunctionalInterface
    interface Timer {

        /** @return stops the timer */
        Runnable start(long millis, Runnable action);

        /** Rounds up to a millisecond. */
        default Runnable start(Duration delay, Runnable action) {
            return start(Math.max(1, delay.plusNanos(999_999).toMillis()), action);
        }
    }

    /** Why a call has to leave. */
    enum Reason {
        /** It has waited as long as it can. */
        LATE,
        /** Too many calls wait. */
        FULL
    }

    WaitingRoom(int seats, Timer timer) {
        this.seats = seats;
        this.timer = timer;
    }

    /**
     * Creates a room for calls with the service's credentials and one of the same size for calls with callers' credentials.
     * Callers can invent credentials and use many addresses, so they could fill a common room.
     *
     * @param seats the number of seats in both of them
     */
    static Map<CredentialsOwner, WaitingRoom> forEachOwner(int seats, Timer timer) {
        Map<CredentialsOwner, WaitingRoom> rooms = new EnumMap<>(CredentialsOwner.class);
        for (CredentialsOwner owner : CredentialsOwner.values()) {
            rooms.put(owner, new WaitingRoom(Math.max(1, seats / 2), timer));
        }
        return rooms;
    }

    /** @return the number of calls that may wait with a heap of this size */
    static int seatsFor(long maxHeap) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, maxHeap / PART_OF_HEAP / BYTES_PER_CALL));
    }

    /** The seat of one call, which leaves it once. */
    final class Seat {

        private final Consumer<Reason> dismiss;
        private String account;
        private long number;
        private boolean left;
        private Runnable stopTimer = () -> {
        };

        private Seat(Consumer<Reason> dismiss) {
            this.dismiss = dismiss;
        }

        /** Ends the wait. Has no effect on a call that has left. */
        void leave() {
            WaitingRoom.this.leave(this);
        }
    }

    /** @param dismiss ends the call's wait, unless it has just ended */
    Seat seat(Consumer<Reason> dismiss) {
        return new Seat(dismiss);
    }

    /**
     * Lets the call wait, unless it has left already.
     *
     * @param account the account of the caller that it is made for
     * @param patience how long it can wait
     */
    void take(Seat seat, String account, Duration patience) {
        Seat excess;
        synchronized (this) {
            if (seat.left) {
                return;
            }
            seat.stopTimer = timer.start(patience, () -> dismiss(seat, Reason.LATE));
            seat.number = ++lastNumber;
            add(seat, account);
            excess = taken > seats ? lastOfLargest(account) : null;
        }
        if (excess != null) {
            dismiss(excess, Reason.FULL);
        }
    }

    /** Adds an account that waits for the same call: the call counts for the one with fewer waiting calls. */
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

    /** @return the number of calls that wait */
    synchronized int size() {
        return taken;
    }

    private void dismiss(Seat seat, Reason reason) {
        if (leave(seat)) {
            seat.dismiss.accept(reason);
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

    /** @param newcomer the account of the call that has just come, which loses it unless another account has more calls */
    private Seat lastOfLargest(String newcomer) {
        TreeMap<Long, Seat> largest = accounts.values().stream().max(Comparator.comparingInt(TreeMap::size)).orElseThrow();
        TreeMap<Long, Seat> newcomers = accounts.get(newcomer);
        return (newcomers.size() == largest.size() ? newcomers : largest).lastEntry().getValue();
    }
}
