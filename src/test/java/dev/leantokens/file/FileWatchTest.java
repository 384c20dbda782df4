package dev.leantokens.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.vertx.core.Vertx;

class FileWatchTest {

    private static final Duration INTERVAL = Duration.ofMillis(50);

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final FileWatch.Listener listener = new FileWatch.Listener() {

        @Override
        public void changed(String text) {
            events.add(text);
        }

        @Override
        public void unchanged() {
            unchanged.incrementAndGet();
        }

        @Override
        public void unreadable(IOException reason) {
            events.add(reason.getClass().getSimpleName());
        }
    };

    private final AtomicInteger unchanged = new AtomicInteger();

    private Path file;
    private FileWatch watch;

    @BeforeEach
    void start() throws IOException {
        file = Files.writeString(folder.resolve("file"), "one");
        watch = new FileWatch(vertx, file, "one", listener, INTERVAL);
        watch.start();
    }

    @AfterEach
    void stop() {
        watch.close();
        vertx.close();
    }

    /** Atomic, unlike writing in place, which a poll can see as an empty file. */
    private void replace(String text) throws IOException {
        replace(text.getBytes(StandardCharsets.UTF_8));
    }

    private void replace(byte[] bytes) throws IOException {
        Files.move(Files.write(folder.resolve("next"), bytes), file, StandardCopyOption.ATOMIC_MOVE);
    }

    private void awaitEvents(String... all) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(events).containsExactly(all));
    }

    /** Twice, so that an event that is reported again shows. */
    private void poll() {
        for (int i = 0; i < 2; i++) {
            watch.pollNow().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void everyChangeIsReported() throws IOException {
        replace("two");
        awaitEvents("two");
        // Of the same length, so that the size does not change.
        replace("six");
        awaitEvents("two", "six");
    }

    @Test
    void missingFileIsReportedOnceAndItsReturnWithTheSameTextNotAtAll() throws IOException {
        Files.delete(file);
        awaitEvents("NoSuchFileException");
        poll();
        replace("one");
        poll();
        replace("two");

        awaitEvents("NoSuchFileException", "two");
    }

    @Test
    void replacedDirectoryAboveTheFileIsAChange() throws IOException {
        // As Kubernetes mounts a secret: the file is a link into ..data, which is a link to the current directory.
        Path first = Files.createDirectory(folder.resolve("..first"));
        Path second = Files.createDirectory(folder.resolve("..second"));
        Files.writeString(first.resolve("clients"), "first");
        Files.writeString(second.resolve("clients"), "second");
        Path data = Files.createSymbolicLink(folder.resolve("..data"), first);
        Path link = Files.createSymbolicLink(folder.resolve("clients"), Path.of("..data", "clients"));

        try (FileWatch mounted = new FileWatch(vertx, link, "first", listener, INTERVAL)) {
            mounted.start();
            Path next = Files.createSymbolicLink(folder.resolve("..next"), second);
            Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
            awaitEvents("second");
        }
    }

    @Test
    void nothingIsReportedAfterClose() throws IOException {
        watch.close();
        replace("two");
        poll();

        assertThat(events).isEmpty();
    }

    @Test
    void onlyRegularTextFilesAreRead() throws IOException {
        assertThatThrownBy(() -> FileWatch.read(folder)).isInstanceOf(IOException.class)
                .hasMessageContaining("not a regular file");
        assertThatThrownBy(() -> FileWatch.read(Path.of("/dev/zero"))).isInstanceOf(IOException.class)
                .hasMessageContaining("not a regular file");
        replace(new byte[] { (byte) 0xC3, (byte) 0x28 });
        assertThatThrownBy(() -> FileWatch.read(file)).isInstanceOf(IOException.class).hasMessageContaining("not a text");
    }

    @Test
    void reasonNamesTheSettingAndQuotesAPathButNoMisplacedSecret() throws IOException {
        Path missing = folder.resolve("missing");
        assertThat(reason(missing)).isEqualTo("the file that A_FILE names (" + missing + ") does not exist");
        assertThat(reason(Path.of("missing"))).endsWith("does not exist: A_FILE must be the path of a file");
        assertThat(reason(folder.resolve("missing/file")))
                .endsWith("does not exist, and neither does its folder: A_FILE must be the path of a file");
        assertThat(reason(folder))
                .isEqualTo("the file that A_FILE names (" + folder + ") cannot be read: it is not a regular file");
        for (String secret : List.of("s3cr3t", "/s3cr3t", "s3cr3t/with+slash==", "/s3cr3t/with+slash==", "s".repeat(300))) {
            assertThat(reason(Path.of(secret))).startsWith("the file that A_FILE names ").doesNotContain("s3cr3t", "sss");
        }
    }

    private static String reason(Path file) {
        try {
            throw new AssertionError(FileWatch.read(file));
        } catch (IOException e) {
            return FileWatch.describe("A_FILE", file, e);
        }
    }

    @Test
    void byteOrderMarkIsRemoved() throws IOException {
        replace("\uFEFFtwo");

        assertThat(FileWatch.read(file)).isEqualTo("two");
        awaitEvents("two");
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3cr3t\0", "\0s\0", "s3cr3t\uFFFD" })
    void damagedTextIsNotRead(String text) throws IOException {
        replace(text);

        assertThatThrownBy(() -> FileWatch.read(file)).isInstanceOf(IOException.class)
                .hasMessageContaining("not a text in UTF-8")
                .hasMessageNotContaining("s3cr3t");
        awaitEvents("IOException");
    }

    /** After fixing the first fault, an operator must see the second one. */
    @Test
    void everyReasonForAnUnreadableFileIsReported() throws IOException {
        replace(new byte[] { 'a', 0 });
        awaitEvents("IOException");

        replace(new byte[] { (byte) 0xC3, (byte) 0x28 });
        awaitEvents("IOException", "IOException");
    }

    @Test
    void tooLargeFileIsNotRead() throws IOException {
        replace("x".repeat((1 << 20) + 1));

        assertThatThrownBy(() -> FileWatch.read(file)).isInstanceOf(IOException.class).hasMessageContaining("larger");
    }

    @Test
    void everyPollWithoutAChangeIsReported() throws IOException {
        poll();
        int before = unchanged.get();
        assertThat(before).isPositive();

        poll();
        assertThat(unchanged.get()).isGreaterThan(before);

        Files.delete(file);
        poll();
        before = unchanged.get();
        poll();
        assertThat(unchanged.get()).isEqualTo(before);
    }
}
