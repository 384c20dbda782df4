package dev.leantokens.file;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Looks into a small text file every second and tells when it says something else. It reads and compares, where a
 * notification of the file system's would miss what Kubernetes does to a mounted secret, which is to exchange a folder
 * above it. The reading is done by a worker thread.
 */
public final class FileWatch implements AutoCloseable {

    /** How long a change can go unnoticed. */
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final long LARGEST_FILE_BYTES = 1 << 20;

    private final Vertx vertx;
    private final Path file;
    private final Listener listener;
    private final Duration interval;

    private String text;
    private boolean readable = true;
    private volatile boolean closed;

    /** Is told, by one thread at a time and in order. */
    public interface Listener {

        /** The file says something else than before. */
        void changed(String text);

        /** The file can no longer be read; said once, until it can be again. */
        void unreadable(IOException reason);
    }

    /**
     * @param text what is known of the file already
     */
    public FileWatch(Vertx vertx, Path file, String text, Listener listener) {
        this(vertx, file, text, listener, INTERVAL);
    }

    FileWatch(Vertx vertx, Path file, String text, Listener listener, Duration interval) {
        this.vertx = vertx;
        this.file = file;
        this.text = text;
        this.listener = listener;
        this.interval = interval;
    }

    /** @throws IOException if the file cannot be read, or is too large for a file of settings */
    public static String read(Path file) throws IOException {
        // To open a pipe or a device could take forever.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException("no regular file: " + file);
        }
        if (Files.size(file) > LARGEST_FILE_BYTES) {
            throw new IOException("larger than " + LARGEST_FILE_BYTES + " bytes");
        }
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new IOException("no text in UTF-8", e);
        }
    }

    /** Begins to look; once. */
    public void start() {
        lookLater();
    }

    /**
     * Looks now, and does not wait for the next time.
     *
     * @return when that is done and the listener has been told
     */
    public Future<Void> lookNow() {
        return vertx.executeBlocking(() -> {
            look();
            return null;
        }, false);
    }

    @Override
    public void close() {
        closed = true;
    }

    /** The next look begins after this one has ended, however long that takes. */
    private void lookLater() {
        if (!closed) {
            vertx.setTimer(interval.toMillis(), passed -> lookNow().onComplete(looked -> lookLater()));
        }
    }

    private synchronized void look() {
        if (closed) {
            return;
        }
        try {
            String now = read(file);
            readable = true;
            if (!now.equals(text)) {
                text = now;
                listener.changed(now);
            }
        } catch (IOException e) {
            if (readable) {
                readable = false;
                listener.unreadable(e);
            }
        }
    }
}
