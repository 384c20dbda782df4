package dev.leantokens.packaged;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/** Reads the log of an application from a pipe, as a container engine does, and can stall. */
final class LogReader {

    private final Semaphore reading = new Semaphore(1);

    /** Starts to copy the pipe to a file. */
    void copy(InputStream pipe, Path file) {
        Thread thread = new Thread(() -> {
            try (OutputStream log = Files.newOutputStream(file)) {
                byte[] bytes = new byte[1024];
                for (int length = pipe.read(bytes); length >= 0; length = pipe.read(bytes)) {
                    reading.acquireUninterruptibly();
                    log.write(bytes, 0, length);
                    reading.release();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }, "log-reader");
        thread.setDaemon(true);
        thread.start();
    }

    /** Stops reading; a read in progress completes. */
    void stall() {
        reading.acquireUninterruptibly();
    }

    void resume() {
        reading.release();
    }
}
