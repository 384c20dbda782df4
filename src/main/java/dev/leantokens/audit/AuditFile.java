package dev.leantokens.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A file that lines are appended to, created for its owner only. If another program renames or deletes it, as logrotate does, a
 * new one is created within a second. Also a named pipe or a device. Not thread-safe.
 */
final class AuditFile implements AuditTarget {

    /** The interval of looking whether the path still leads to the open file. */
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Set<OpenOption> APPEND = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE,
            StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> WRITE = Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> READ_AND_WRITE = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);

    private final Path path;
    private final LongSupplier clock;

    /** Null if it is to be opened again. */
    private FileChannel channel;
    /** Identifies the open file. */
    private Object key;
    private boolean regular;
    private long checked;
    /** Whether the last write failed. */
    private boolean failed;

    /** @param clock nanoseconds from an arbitrary origin */
    AuditFile(Path path, LongSupplier clock) {
        this.path = path;
        this.clock = clock;
    }

    /** @throws IOException if it cannot be written */
    void open() throws IOException {
        boolean special = Files.exists(path, LinkOption.NOFOLLOW_LINKS) && attributes().isOther();
        channel = special ? openSpecial()
                : FileChannel.open(path, APPEND, PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString("rw-------")));
        try {
            BasicFileAttributes opened = attributes();
            key = opened.fileKey();
            regular = opened.isRegularFile();
            checked = clock.getAsLong();
            if (regular) {
                endTornLine();
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Ends a line that a process has not written to its end, such as before the machine lost power. */
    private void endTornLine() throws IOException {
        long size = channel.size();
        if (size == 0 || !Files.isReadable(path)) {
            return;
        }
        ByteBuffer last = ByteBuffer.allocate(1);
        try (FileChannel reader = FileChannel.open(path, READ)) {
            reader.read(last, size - 1);
        }
        if (last.get(0) != '\n') {
            channel.write(ByteBuffer.wrap(new byte[] { '\n' }));
        }
    }

    /** Opening a pipe for writing waits for a reader, which this is until then. Without another one, writing then fails. */
    private FileChannel openSpecial() throws IOException {
        FileChannel reader = FileChannel.open(path, READ_AND_WRITE);
        try {
            return FileChannel.open(path, WRITE);
        } finally {
            reader.close();
        }
    }

    @Override
    public void write(ByteBuffer lines) throws IOException {
        openAgainIfMoved();
        failed = true;
        while (lines.hasRemaining()) {
            channel.write(lines);
        }
        failed = false;
    }

    @Override
    public boolean removeEnd(int length) {
        if (channel == null || !regular) {
            return false;
        }
        try {
            channel.truncate(channel.size() - length);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void openAgainIfMoved() throws IOException {
        if (channel != null && (failed || clock.getAsLong() - checked >= CHECK_NANOS)) {
            checked = clock.getAsLong();
            // A pipe stays open: a reader that has come meanwhile would see its end.
            if (failed && regular || !isAtPath()) {
                close();
            }
        }
        if (channel == null) {
            open();
        }
    }

    private boolean isAtPath() {
        try {
            return attributes().fileKey().equals(key);
        } catch (IOException e) {
            return false;
        }
    }

    private BasicFileAttributes attributes() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private void close() {
        FileChannel closed = channel;
        channel = null;
        if (closed != null) {
            try {
                closed.close();
            } catch (IOException e) {
                // What was written was reported.
            }
        }
    }

    /** @return why it cannot be written, for an operator */
    static String reason(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "its folder does not exist";
        }
        if (failure instanceof AccessDeniedException) {
            return "the user of this process may not write it";
        }
        // Other exceptions of the file system have the path as their message.
        return failure instanceof FileSystemException file && file.getReason() != null ? file.getReason()
                : failure.getMessage();
    }

    @Override
    public String name() {
        return path.toString();
    }
}
