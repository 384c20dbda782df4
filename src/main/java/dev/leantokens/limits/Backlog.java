package dev.leantokens.limits;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Bounds the memory of all connections together that waits for callers: requests that were read and whose response has not
 * started, and responses that were written and not sent. {@link ConnectionBacklog} counts it for each connection. Thread-safe.
 * <ul>
 * <li>Beyond the limit, the connections that have held the most for the longest are closed.
 * <li>Until their memory is free, bytes from other connections wait undecoded and no more is read: Netty closes a connection
 * only after it has read from all that are ready, which can be thousands.
 * </ul>
 */
final class Backlog {

    /** What a connection may hold and still be served while memory is short: more than an ordinary request. */
    static final int SMALL_BYTES = 4 * 1024;

    private final long maxBytes;
    private final long progressNanos;
    private final LongSupplier clock;
    private final RareLog log;

    private final Set<ConnectionBacklog> holders = ConcurrentHashMap.newKeySet();
    private final AtomicLong total = new AtomicLong();
    /** Held by connections that are being closed, beside the total, until their memory is free. */
    private final AtomicLong closing = new AtomicLong();
    /** Connections whose bytes wait for room, the next one first. */
    private final Deque<ConnectionBacklog> waiting = new ConcurrentLinkedDeque<>();
    private final AtomicBoolean relieving = new AtomicBoolean();

    /**
     * @param maxBytes over all connections
     * @param progressTime in which a response must make progress
     * @param clock nanoseconds from an arbitrary origin
     * @param log receives log lines
     */
    Backlog(long maxBytes, Duration progressTime, LongSupplier clock, Consumer<String> log) {
        this.maxBytes = maxBytes;
        this.progressNanos = progressTime.toNanos();
        this.clock = clock;
        this.log = new RareLog(clock, log);
    }

    /** @return the handler of a new connection */
    ConnectionBacklog newConnection() {
        return new ConnectionBacklog(this, clock, progressNanos);
    }

    long total() {
        return total.get();
    }

    /**
     * Changes what a connection holds in the total. Called under the connection's lock.
     *
     * @param before held by the connection
     * @param now held by the connection
     */
    void update(ConnectionBacklog connection, long before, long now) {
        if (before == 0) {
            holders.add(connection);
        } else if (now == 0) {
            holders.remove(connection);
        }
        total.addAndGet(now - before);
    }

    /** Adds what a connection holds that is being closed, until {@link #closed}. */
    void startClosing(long bytes) {
        closing.addAndGet(bytes);
    }

    void closed(long bytes) {
        closing.addAndGet(-bytes);
    }

    void logClosing() {
        log.record(closed -> "Closed " + closed
                + " connections since the last such line: their callers do not read responses or do not finish requests");
    }

    /**
     * Closes connections if the total exceeds the limit. They are chosen by bytes and time together: an active caller holds
     * much for a moment, or little; an attacker holds much for long.
     */
    void relieve() {
        if (total.get() <= maxBytes || !relieving.compareAndSet(false, true)) {
            return;
        }
        try {
            holders.forEach(ConnectionBacklog::count);
            if (total.get() <= maxBytes) {
                return;
            }
            long now = clock.getAsLong();
            List<ConnectionBacklog> candidates = new ArrayList<>(holders);
            candidates.forEach(connection -> connection.weigh(now));
            candidates.sort(Comparator.comparingDouble(ConnectionBacklog::weight).reversed());
            // A quarter at a time: the search for a single connection would cost more than closing it.
            for (int i = 0; i < candidates.size() && total.get() > maxBytes - maxBytes / 4; i++) {
                candidates.get(i).close();
            }
        } finally {
            relieving.set(false);
        }
    }

    /** Connections that hold little have twice the room, so that they need not wait for those that hold much. */
    boolean hasRoom(long held) {
        return total.get() + closing.get() <= (held > SMALL_BYTES ? maxBytes : 2 * maxBytes);
    }

    /** Lets a connection wait for room; small ones first. */
    void awaitRoom(ConnectionBacklog connection) {
        if (connection.held() > SMALL_BYTES) {
            waiting.addLast(connection);
        } else {
            waiting.addFirst(connection);
        }
    }

    /** Wakes one waiting connection, which wakes the next. Must be called after anything that can have made room. */
    void wakeNext() {
        ConnectionBacklog next = waiting.peek();
        if (next != null && hasRoom(next.held()) && waiting.remove(next)) {
            next.wake();
        }
    }

    /** @return whether more than half of the limit is used */
    boolean isScarce() {
        return total.get() > maxBytes / 2;
    }
}
