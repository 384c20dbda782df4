package dev.leantokens.log;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Passes lines on to a stream that may block, without blocking the threads that log. A thread of its own writes them; lines
 * that do not fit into the buffer are dropped whole.
 * <p>
 * A line is what is written between two flushes, so only one thread at a time may write: the console handler of JBoss Log
 * Manager holds its lock meanwhile.
 * <p>
 * The {@code AsyncHandler} of JBoss Log Manager does not tell what it drops, loses what is queued when the process exits, and
 * blocks the exit if the reader has stalled.
 */
final class LogOutput extends OutputStream {

    /** Kept free for the line that reports dropped lines. */
    private static final int RESERVE = 1024;
    /** {@link java.io.FileOutputStream} needs no memory of its own for as much. */
    private static final int MOST_AT_ONCE = 8 * 1024;
    /** How often dropped lines are reported while the reader is too slow for the buffer to become empty. */
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final OutputStream target;
    private final Runnable dropped;
    private final LongConsumer report;
    private final LongSupplier clock;
    private final Thread writer = new Thread(this::run, "log-writer");

    /** A ring. Guarded by itself, as all of the following. */
    private final byte[] buffer;
    private int head;
    /** Bytes of complete lines from the head on. */
    private int size;
    /** Bytes of the line that is being written, behind these. */
    private int incomplete;
    /** Whether that line did not fit. */
    private boolean overflow;
    /** Lines dropped since this was last reported. */
    private long unreported;
    private long lastReport;
    private boolean closing;
    /** How long the threads that log still wait for their lines to be written, if closing. */
    private long patienceNanos;

    /**
     * @param target where the lines are written, by one thread
     * @param capacity bytes that wait to be written, at most
     * @param dropped called for each line that is dropped
     * @param report called with the number of dropped lines when lines are read again, by the thread that writes; may log
     * @param clock nanoseconds since some time
     */
    LogOutput(OutputStream target, int capacity, Runnable dropped, LongConsumer report, LongSupplier clock) {
        this.target = target;
        this.buffer = new byte[capacity + RESERVE];
        this.dropped = dropped;
        this.report = report;
        this.clock = clock;
        this.lastReport = clock.getAsLong();
    }

    /** Starts the thread that writes. It does not keep the process alive. */
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
     * Waits until all lines are written, and has further lines waited for as well, so that none is lost when the process exits.
     * It exits on time even if nothing is read.
     *
     * @param patience how long to wait, for all lines together
     */
    void finish(Duration patience) {
        long lines;
        synchronized (buffer) {
            closing = true;
            patienceNanos = patience.toNanos();
            awaitWritten();
            lines = size == 0 ? takeUnreported() : 0;
        }
        if (lines > 0) {
            report.accept(lines);
        }
    }

    private void awaitWritten() {
        while (closing && size > 0 && patienceNanos > 0 && Thread.currentThread() != writer) {
            long before = clock.getAsLong();
            try {
                buffer.wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(patienceNanos)));
                // Time that the shutdown takes for other work does not count.
                patienceNanos -= clock.getAsLong() - before;
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
                // There is no place to say so, and the log has to go on when there is memory again.
            }
        }
    }

    private void writeNext() throws InterruptedException {
        int start;
        int length;
        synchronized (buffer) {
            while (size == 0) {
                buffer.wait();
            }
            start = head;
            length = Math.min(Math.min(size, buffer.length - head), MOST_AT_ONCE);
        }
        // No other thread touches these bytes before the head has moved.
        boolean written = write(start, length);
        long lines;
        synchronized (buffer) {
            head = (head + length) % buffer.length;
            size -= length;
            if (!written) {
                drop(linesIn(start, length));
            }
            buffer.notifyAll();
            boolean due = size == 0 || clock.getAsLong() - lastReport >= REPORT_NANOS;
            // While closing, a thread that waits for this one may hold the lock that logging needs.
            lines = written && due && !closing ? takeUnreported() : 0;
        }
        if (lines > 0) {
            report.accept(lines);
        }
    }

    private boolean write(int start, int length) {
        try {
            target.write(buffer, start, length);
            return true;
        } catch (IOException | RuntimeException e) {
            // The reader is gone, or the disk is full; there is no place to say so.
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
