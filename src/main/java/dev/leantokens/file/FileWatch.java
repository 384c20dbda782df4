package dev.leantokens.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import dev.leantokens.settings.IntactText;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * PollingTask into a small text file every second and tells when it says something else. It reads and compares, where a
 * notification of the file system's would miss what Kubernetes does to a mounted secret, which is to exchange a folder
 * above it. The reading is done by a worker thread.
 */
public final class FileWatch implements AutoCloseable {

    private static final long LARGEST_FILE_BYTES = 1 << 20;

    private final Path file;
    private final Listener listener;
    private final PollingTask looks;

    private String text;
    /** Why the file could not be read the last time; null if it could. */
    private String unreadable;
    private volatile boolean closed;

    /** Is told, by one thread at a time and in order. */
    public interface Listener {

        /** The file says something else than before. */
        void changed(String text);

        /** The file can no longer be read; said once for each reason, until it can be again. */
        void unreadable(IOException reason);
    }

    /**
     * @param text what is known of the file already
     */
    public FileWatch(Vertx vertx, Path file, String text, Listener listener) {
        this(vertx, file, text, listener, PollingTask.INTERVAL);
    }

    FileWatch(Vertx vertx, Path file, String text, Listener listener, Duration interval) {
        this.file = file;
        this.text = text;
        this.listener = listener;
        this.looks = new PollingTask(vertx, this::look, interval);
    }

    /** @throws IOException if the file cannot be read, or is too large for a file of settings */
    public static byte[] readBytes(Path file) throws IOException {
        // To open a pipe or a device could take forever.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException("no regular file: " + file);
        }
        if (Files.size(file) > LARGEST_FILE_BYTES) {
            throw new IOException("larger than " + LARGEST_FILE_BYTES + " bytes");
        }
        return Files.readAllBytes(file);
    }

    /**
     * @return the text, without a byte order mark
     * @throws IOException if the file cannot be read, is too large for a file of settings, or is no text
     */
    public static String read(Path file) throws IOException {
        String text;
        try {
            text = IntactText
                    .withoutByteOrderMark(
                            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(readBytes(file))).toString());
        } catch (CharacterCodingException e) {
            throw new IOException("not a text in UTF-8", e);
        }
        Optional<String> flaw = IntactText.flaw(text);
        if (flaw.isPresent()) {
            throw new IOException("not a text in UTF-8: it " + flaw.get());
        }
        return text;
    }

    /** Begins to look; once. */
    public void start() {
        looks.start();
    }

    /**
     * PollingTask now, and does not wait for the next time.
     *
     * @return when that is done and the listener has been told
     */
    public Future<Void> lookNow() {
        return looks.now();
    }

    @Override
    public void close() {
        closed = true;
        looks.close();
    }

    private synchronized void look() {
        if (closed) {
            return;
        }
        try {
            String now = read(file);
            unreadable = null;
            if (!now.equals(text)) {
                text = now;
                listener.changed(now);
            }
        } catch (IOException e) {
            String reason = e.toString();
            if (!reason.equals(unreadable)) {
                unreadable = reason;
                listener.unreadable(e);
            }
        }
    }
}
