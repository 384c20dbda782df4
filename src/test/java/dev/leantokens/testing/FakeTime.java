package dev.leantokens.testing;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The system time of one process, which a test sets while the process runs, by Debian's {@code libfaketime}. Its monotonic time
 * stays true, as on a machine whose system time is set, or that sleeps.
 */
public final class FakeTime {

    private static final Path LIBRARIES = Path.of("/usr/lib");
    private static final String LIBRARY = "faketime/libfaketimeMT.so.1";

    private final Path library;
    private final Path file;

    private FakeTime(Path library, Path file) {
        this.library = library;
        this.file = file;
    }

    /**
     * Skips the test if the library is not installed.
     *
     * @param folder for a file with the system time
     */
    public static FakeTime in(Path folder) {
        Optional<Path> library = library();
        assumeThat(library).as("Debian's package faketime is not installed").isPresent();
        FakeTime time = new FakeTime(library.get(), folder.resolve("system-time"));
        time.set(Duration.ZERO);
        return time;
    }

    private static Optional<Path> library() {
        if (!Files.isDirectory(LIBRARIES)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> architectures = Files.newDirectoryStream(LIBRARIES, "*-linux-gnu")) {
            for (Path architecture : architectures) {
                Path found = architecture.resolve(LIBRARY);
                if (Files.exists(found)) {
                    return Optional.of(found);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the variables with which a process has this system time */
    public Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "FAKETIME_TIMESTAMP_FILE", file.toAbsolutePath().toString(),
                // In seconds, and the shortest.
                "FAKETIME_CACHE_DURATION", "1", "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                // Otherwise, threads that wait for a time wake at once, and again.
                "FAKETIME_FORCE_MONOTONIC_FIX", "0", "NO_FAKE_STAT", "1");
    }

    /**
     * Sets the system time. The process has it a second later at the latest.
     *
     * @param ahead how far it is ahead of the true time
     */
    public void set(Duration ahead) {
        try {
            Path next = file.resolveSibling("next-system-time");
            Files.writeString(next, (ahead.isNegative() ? "" : "+") + ahead.toSeconds() + "\n");
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
