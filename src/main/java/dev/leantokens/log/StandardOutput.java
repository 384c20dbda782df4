package dev.leantokens.log;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.locks.ReentrantLock;

import jakarta.inject.Singleton;

/**
 * The standard output, which the log and the audit share: each line is written completely before the next one starts. A
 * reader that stalls blocks both, so only threads that may be blocked write. Thread-safe.
 */
@Singleton
public class StandardOutput {

    // Not System.out: writing to it takes its lock, and Quarkus flushes it at the exit.
    private final FileChannel channel = new FileOutputStream(FileDescriptor.out).getChannel();
    private final ReentrantLock lock = new ReentrantLock();

    StandardOutput() {
    }

    /**
     * Writes whole lines.
     *
     * @throws IOException if not all bytes could be written; the position is then after those that were
     */
    public void write(ByteBuffer lines) throws IOException {
        lock.lock();
        try {
            while (lines.hasRemaining()) {
                channel.write(lines);
            }
        } finally {
            lock.unlock();
        }
    }

    /** @return a stream for one thread, which keeps others from writing from the start of a line until its end, or a flush */
    OutputStream ofLines() {
        return new Lines();
    }

    private final class Lines extends OutputStream {

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] { (byte) octet }, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!lock.isHeldByCurrentThread()) {
                lock.lock();
            }
            boolean complete = true;
            try {
                ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                complete = length == 0 || bytes[offset + length - 1] == '\n';
            } finally {
                if (complete) {
                    lock.unlock();
                }
            }
        }

        @Override
        public void flush() {
            if (lock.isHeldByCurrentThread()) {
                lock.unlock();
            }
        }
    }
}
