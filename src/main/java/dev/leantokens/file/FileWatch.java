package dev.leantokens.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import dev.leantokens.settings.IntactText;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Polls a small text file every second, on a worker thread, and reports changes of its content. It does not rely on the file
 * system's notifications: Kubernetes updates a mounted secret by replacing a directory above it, which they miss.
 */
public final class FileWatch implements AutoCloseable {

    private static final long MAX_FILE_BYTES = 1 << 20;

    private final Path file;
    private final Listener listener;
    private final PollingTask pollingTask;

    private String text;
    /** Why the file could not be read the last time; null if it could. */
    private String unreadable;

    /** Called by one thread at a time, in the order of events. */
    public interface Listener {

        /** The file has a new content. */
        void changed(String text);

        /** The file can no longer be read. Reported once for each reason, until it can be read again. */
        void unreadable(IOException reason);

        /** The file has the content that was reported last, or that the caller has read already. Called at each such poll. */
        default void unchanged() {
            // Most contents are valid by themselves.
        }

        /** The file can be read again, and has the same content as before. */
        default void readableAgain() {
            // The content that is used has never changed.
        }
    }

    /** @param text the content that the caller has read already */
    public FileWatch(Vertx vertx, Path file, String text, Listener listener) {
        this(vertx, file, text, listener, PollingTask.INTERVAL);
    }

    FileWatch(Vertx vertx, Path file, String text, Listener listener, Duration interval) {
        this.file = file;
        this.text = text;
        this.listener = listener;
        this.pollingTask = new PollingTask(vertx, this::poll, interval);
    }

    /** @throws IOException if the file cannot be read, is no regular file or is larger than 1 MiB */
    public static byte[] readBytes(Path file) throws IOException {
        // Opening a pipe or a device could block forever.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException("it is not a regular file");
        }
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new IOException("it is larger than " + MAX_FILE_BYTES + " bytes");
        }
        return Files.readAllBytes(file);
    }

    /**
     * @return the text, without a byte order mark
     * @throws IOException as for {@link #readBytes}, or if the file is not intact text in UTF-8
     */
    public static String read(Path file) throws IOException {
        String text;
        try {
            ByteBuffer bytes = ByteBuffer.wrap(readBytes(file));
            text = IntactText.withoutByteOrderMark(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (CharacterCodingException e) {
            throw new IOException("it is not a text in UTF-8", e);
        }
        Optional<String> flaw = IntactText.flaw(text);
        if (flaw.isPresent()) {
            throw new IOException("it is not a text in UTF-8: it " + flaw.get());
        }
        return text;
    }

    /**
     * Describes why a file that a setting names cannot be read. Quotes the path only if its folder exists, other than the root:
     * otherwise it can be a secret that was set in place of a path.
     *
     * @param variable the setting
     * @param reason why {@link #read} or {@link #readBytes} failed
     */
    public static String describe(String variable, Path file, IOException reason) {
        Path folder = file.getParent();
        boolean plausible = folder != null && folder.getNameCount() > 0 && Files.isDirectory(folder);
        String subject = "the file that " + variable + " names " + (plausible ? "(" + file + ") " : "");
        if (reason instanceof NoSuchFileException) {
            return subject + "does not exist" + (plausible ? ""
                    : (folder == null || Files.isDirectory(folder) ? "" : ", and neither does its folder") + ": " + variable
                            + " must be the path of a file");
        }
        if (reason instanceof AccessDeniedException) {
            return subject + "may not be read by the user of this process";
        }
        // Other exceptions of the file system have the path as their message.
        return subject + "cannot be read"
                + (reason instanceof FileSystemException ? "" : ": " + reason.getMessage());
    }

    /** Starts polling. To be called once. */
    public void start() {
        pollingTask.start();
    }

    /**
     * Reads the file now, without waiting for the next poll.
     *
     * @return completes after the listener has been called
     */
    public Future<Void> pollNow() {
        return pollingTask.runNow();
    }

    @Override
    public void close() {
        pollingTask.close();
    }

    private synchronized void poll() {
        try {
            String current = read(file);
            boolean wasUnreadable = unreadable != null;
            unreadable = null;
            if (!current.equals(text)) {
                text = current;
                listener.changed(current);
            } else {
                if (wasUnreadable) {
                    listener.readableAgain();
                }
                listener.unchanged();
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
