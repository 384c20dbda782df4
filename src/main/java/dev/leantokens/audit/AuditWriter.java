package dev.leantokens.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

import org.jboss.logging.Logger;

/**
 * Writes lines on a separate thread, all pending ones at once, so that threads that add lines never wait. Lines
 * that do not fit, or cannot be written, are lost and counted; an outage is logged at its start and at its end. Thread-safe.
 * <p>
 * Not a {@code log.LogOutput}, which also has a buffer and a thread: that one drops what cannot be written without
 * reporting which lines these were, since no one waits for the log.
 */
final class AuditWriter {

    private static final Logger LOG = Logger.getLogger(AuditWriter.class);

    private static final int INITIAL_CAPACITY = 64 * 1024;
    /**
     * The interval of writing while no request waits for its line: a write for each line would take more of the processor than
     * all else that the audit does.
     */
    private static final long NAP_MILLIS = 10;
    /** The duration after which a write counts as stalled. */
    static final Duration STALL = Duration.ofSeconds(2);
    private static final byte[] LINE_END = { '\n' };

    private final AuditTarget target;
    private final int capacity;
    private final boolean awaited;
    private final LongConsumer lost;
    private final LongSupplier clock;
    private final Thread thread = new Thread(this::run, "audit-writer");
    private final Object lock = new Object();

    // Guarded by the lock, as all fields that follow.
    private byte[] filling = new byte[INITIAL_CAPACITY];
    private byte[] spare = new byte[INITIAL_CAPACITY];
    private int filled;
    /** Those who wait for lines that are not being written yet. */
    private List<Waiter> waiters = new ArrayList<>();
    /** Those who wait for the lines that are being written. */
    private List<Waiter> current = new ArrayList<>();
    private boolean idle;
    /** Whether lines are being written, or their requests and the log are being told about it. */
    private boolean busy;
    private boolean writing;
    private long startedAt;
    private boolean closing;
    private boolean stalled;
    private boolean outage;
    private long lostInOutage;

    /** A request that waits for its line. */
    @FunctionalInterface
    interface Waiting {

        /** Called on any thread. */
        void ended(boolean written);
    }

    /** Whether the last line is incomplete. Used by the thread only. */
    private boolean torn;

    /**
     * @param start the position of the line
     * @param end the position after the line
     * @param done who waits
     */
    private record Waiter(int start, int end, Waiting done) {
    }

    /**
     * @param capacity of the lines that wait, in bytes
     * @param awaited whether requests wait for their lines
     * @param lost receives the numbers of lost lines, on any thread
     * @param clock nanoseconds from an arbitrary origin
     */
    AuditWriter(AuditTarget target, int capacity, boolean awaited, LongConsumer lost, LongSupplier clock) {
        this.target = target;
        this.capacity = capacity;
        this.awaited = awaited;
        this.lost = lost;
        this.clock = clock;
    }

    /** Starts the thread, which does not keep the process alive. */
    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Adds a line, which is lost if it cannot be written. */
    void add(byte[] line, int length) {
        synchronized (lock) {
            if (append(line, length)) {
                return;
            }
            lostInOutage++;
        }
        lost.accept(1);
        startOutage("its lines are not written fast enough");
    }

    /**
     * Adds a line that its request waits for.
     *
     * @param done receives whether the line has been written, on any thread, in at most {@link #STALL} and a little; if not, it
     *        never will be, except for a write that ends after it has stalled
     */
    void add(byte[] line, int length, Waiting done) {
        synchronized (lock) {
            int start = filled;
            if (!stalled && append(line, length)) {
                waiters.add(new Waiter(start, filled, done));
                return;
            }
        }
        done.ended(false);
    }

    private boolean append(byte[] line, int length) {
        if (length > filling.length - filled) {
            if (length > capacity - filled) {
                return false;
            }
            filling = Arrays.copyOf(filling, Math.min(capacity, Math.max(2 * filling.length, filled + length)));
        }
        System.arraycopy(line, 0, filling, filled, length);
        filled += length;
        if (idle) {
            idle = false;
            lock.notifyAll();
        }
        return true;
    }

    private void run() {
        while (true) {
            try {
                writeNext();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException | OutOfMemoryError e) {
                LOG.error("The audit log has a fault: " + e.getClass().getName());
            }
        }
    }

    private void writeNext() throws InterruptedException {
        ByteBuffer lines;
        synchronized (lock) {
            if (!closing && (!awaited || outage)) {
                lock.wait(NAP_MILLIS);
            }
            while (filled == 0) {
                idle = true;
                lock.wait();
            }
            idle = false;
            byte[] next = filling;
            filling = spare;
            spare = next;
            lines = ByteBuffer.wrap(next, 0, filled);
            filled = 0;
            List<Waiter> all = waiters;
            waiters = current;
            current = all;
            busy = true;
            writing = true;
            startedAt = clock.getAsLong();
        }
        String failure = write(lines);
        finish(lines, failure);
    }

    /** @return why it failed; null if it did not. The position is then after the last whole line that was written */
    private String write(ByteBuffer lines) {
        try {
            if (torn) {
                target.write(ByteBuffer.wrap(LINE_END));
                torn = false;
            }
            target.write(lines);
            return null;
        } catch (IOException | RuntimeException e) {
            int written = lines.position();
            int whole = written;
            while (whole > 0 && lines.get(whole - 1) != '\n') {
                whole--;
            }
            lines.position(whole);
            if (whole < written) {
                torn = !target.removeEnd(written - whole);
            }
            return e instanceof IOException known ? AuditFile.reason(known) : e.getClass().getName();
        }
    }

    private void finish(ByteBuffer lines, String failure) {
        List<Waiter> done;
        int unwritten = 0;
        long lostBefore = 0;
        boolean ends;
        synchronized (lock) {
            done = List.copyOf(current);
            current.clear();
            writing = false;
            stalled = false;
            if (failure != null) {
                unwritten = lines(lines) - (int) done.stream().filter(waiter -> waiter.end > lines.position()).count();
                lostInOutage += unwritten;
            }
            ends = failure == null && outage;
            if (ends) {
                outage = false;
                lostBefore = lostInOutage;
                lostInOutage = 0;
            }
        }
        done.forEach(waiter -> waiter.done.ended(waiter.end <= lines.position()));
        if (unwritten > 0) {
            lost.accept(unwritten);
        }
        if (failure != null) {
            startOutage(failure);
        } else if (ends) {
            LOG.warn("The audit log " + target.name() + " is written again; lost lines: " + lostBefore
                    + (awaited ? ", none of them of an issued token" : ""));
        }
        synchronized (lock) {
            busy = false;
            lock.notifyAll();
        }
    }

    private static int lines(ByteBuffer lines) {
        int count = 0;
        for (int i = lines.position(); i < lines.limit(); i++) {
            if (lines.get(i) == '\n') {
                count++;
            }
        }
        return count;
    }

    /** Lets requests no longer wait for a write that has stalled. To be called regularly. */
    void check() {
        List<Waiter> failed;
        synchronized (lock) {
            if (!writing || clock.getAsLong() - startedAt < STALL.toNanos()) {
                return;
            }
            stalled = true;
            failed = new ArrayList<>(current);
            failed.addAll(waiters);
            removeAwaitedLines();
            current.clear();
            waiters.clear();
        }
        failed.forEach(waiter -> waiter.done.ended(false));
        startOutage("a write does not end");
    }

    /** Their requests are refused, so they would be wrong. */
    private void removeAwaitedLines() {
        int kept = 0;
        int from = 0;
        for (Waiter waiter : waiters) {
            System.arraycopy(filling, from, filling, kept, waiter.start - from);
            kept += waiter.start - from;
            from = waiter.end;
        }
        System.arraycopy(filling, from, filling, kept, filled - from);
        filled = kept + filled - from;
    }

    /** @return whether the last lines could not be written */
    boolean isInOutage() {
        synchronized (lock) {
            return outage;
        }
    }

    private void startOutage(String reason) {
        synchronized (lock) {
            if (outage) {
                return;
            }
            outage = true;
        }
        LOG.error("The audit log " + target.name() + " cannot be written: " + reason + (awaited
                ? "; no tokens are issued until it can be, since AUDIT_REQUIRED=true"
                : "; tokens are issued without a line in it until it can be"));
    }

    /**
     * Waits until all lines are written. From now on, lines are written at once.
     *
     * @param timeout for all lines together
     */
    void finish(Duration timeout) {
        synchronized (lock) {
            closing = true;
            lock.notifyAll();
            long end = clock.getAsLong() + timeout.toNanos();
            try {
                for (long left = end - clock.getAsLong(); (filled > 0 || busy) && left > 0; left = end - clock.getAsLong()) {
                    lock.wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
