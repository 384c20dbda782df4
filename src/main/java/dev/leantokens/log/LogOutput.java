package dev.leantokens.log;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Writes lines to a stream that can block, without blocking the threads that log. A dedicated thread writes them; lines that do
 * not fit into the buffer are dropped as a whole.
 * <p>
 * A line is everything written between two flushes, so only one thread may write at a time: JBoss Log Manager's console handler
 * holds its lock meanwhile.
 * <p>
 * JBoss Log Manager's {@code AsyncHandler} does not report dropped lines, loses queued lines when the process exits, and blocks
 * the exit if the reader stalls.
 */
final class LogOutput extends OutputStream {

    /** Bytes reserved for the line that reports dropped lines. */
    private static final int RESERVE = 1024;
    /** Up to this length, {@link java.io.FileOutputStream} allocates no buffer. */
    private static final int MAX_WRITE = 8 * 1024;
    /** Interval of reports on dropped lines while the buffer never becomes empty. */
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final OutputStream target;
    private final Runnable dropped;
    private final LongConsumer report;
    private final LongSupplier clock;
    private final Thread writer = new Thread(this::run, "log-writer");

    /** A ring buffer. Guarded by itself, as the fields that follow. */
    private final byte[] buffer;
    private int head;
    /** Bytes of complete lines, from the head on. */
    private int size;
    /** Bytes of the current line, which follow. */
    private int incomplete;
    /** Whether the current line does not fit. */
    private boolean overflow;
    /** Lines dropped since the last report. */
    private long unreported;
    private long lastReport;
    private boolean closing;
    /** How long logging threads still wait for their lines to be written, while closing. */
    private long closingNanos;

    /**
     * @param target receives the lines, from one thread
     * @param capacity of the buffer in bytes
     * @param dropped called for each dropped line
     * @param report receives the number of dropped lines, on the writing thread, once lines are read again; may log
     * @param clock nanoseconds from an arbitrary origin
     */
    LogOutput(OutputStream target, int capacity, Runnable dropped, LongConsumer report, LongSupplier clock) {
        this.target = target;
        this.buffer = new byte[capacity + RESERVE];
        this.dropped = dropped;
        this.report = report;
        this.clock = clock;
        this.lastReport = clock.getAsLong();
    }

    /** Starts the writing thread, which does not keep the process alive. */
    void start() {
        writer.setDaemon(true);
        writer.start();
    }

    @Override
    public void write(int octet) {
        write(new byte[] { (byte) octet }, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        synchronized (buffer) {
            int limit = Thread.currentThread() == writer ? buffer.length : buffer.length - RESERVE;
            if (overflow || length > limit - size - incomplete) {
                overflow = true;
                return;
            }
            int start = (head + size + incomplete) % buffer.length;
            int first = Math.min(length, buffer.length - start);
            System.arraycopy(bytes, offset, buffer, start, first);
            System.arraycopy(bytes, offset + first, buffer, 0, length - first);
            incomplete += length;
        }
    }

    /** Ends a line. */
    @Override
    public void flush() {
        synchronized (buffer) {
            if (overflow) {
                drop(1);
            } else {
                size += incomplete;
                buffer.notifyAll();
            }
            incomplete = 0;
            overflow = false;
            awaitWritten();
        }
    }

    /**
     * Waits until all lines are written. From now on each flush waits too, so that no line is lost when the process exits.
     *
     * @param timeout for all lines together, even if nothing is read
     */
    void finish(Duration timeout) {
        long lines;
        synchronized (buffer) {
            closing = true;
            closingNanos = timeout.toNanos();
            awaitWritten();
            lines = size == 0 ? takeUnreported() : 0;
        }
        if (lines > 0) {
            report.accept(lines);
        }
    }

    private void awaitWritten() {
        while (closing && size > 0 && closingNanos > 0 && Thread.currentThread() != writer) {
            long before = clock.getAsLong();
            try {
                buffer.wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(closingNanos)));
                // Only waiting counts, not the other work of the shutdown.
                closingNanos -= clock.getAsLong() - before;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void run() {
        while (true) {
            try {
                writeNext();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException | OutOfMemoryError e) {
                // It cannot be logged, and the log must continue once there is memory again.
            }
        }
    }

    private void writeNext() throws InterruptedException {
        int start;
        int length;
        boolean last;
        synchronized (buffer) {
            while (size == 0) {
                buffer.wait();
            }
            start = head;
            length = Math.min(Math.min(size, buffer.length - head), MAX_WRITE);
            last = length == size;
        }
        // No other thread changes these bytes until the head moves.
        boolean written = write(start, length, last);
        long lines;
        synchronized (buffer) {
            head = (head + length) % buffer.length;
            size -= length;
            if (!written) {
                drop(linesIn(start, length));
            }
            buffer.notifyAll();
            boolean due = size == 0 || clock.getAsLong() - lastReport >= REPORT_NANOS;
            // While closing, a thread that waits for this one can hold the lock that logging needs.
            lines = written && due && !closing ? takeUnreported() : 0;
        }
        if (lines > 0) {
            report.accept(lines);
        }
    }

    /** @param last whether no more is there to write for now: the target can be left to others */
    private boolean write(int start, int length, boolean last) {
        try {
            target.write(buffer, start, length);
            if (last) {
                target.flush();
            }
            return true;
        } catch (IOException | RuntimeException e) {
            // The reader is gone, or the disk is full; it cannot be logged.
            return false;
        }
    }

    private int linesIn(int start, int length) {
        int lines = 0;
        for (int i = start; i < start + length; i++) {
            if (buffer[i] == '\n') {
                lines++;
            }
        }
        return lines;
    }

    private void drop(int lines) {
        unreported += lines;
        for (int i = 0; i < lines; i++) {
            dropped.run();
        }
    }

    private long takeUnreported() {
        long lines = unreported;
        unreported = 0;
        lastReport = clock.getAsLong();
        return lines;
    }
}
