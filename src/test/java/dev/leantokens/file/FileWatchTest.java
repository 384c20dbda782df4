package dev.leantokens.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.vertx.core.Vertx;

class FileWatchTest {

    private static final Duration INTERVAL = Duration.ofMillis(50);
    private static final Duration SOME_LOOKS = INTERVAL.multipliedBy(4);

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final FileWatch.Listener listener = new FileWatch.Listener() {

        @Override
        public void changed(String text) {
            told.add(text);
        }

        @Override
        public void unreadable(IOException reason) {
            told.add(reason.getClass().getSimpleName());
        }
    };

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

    /** At once: who writes into the file leaves it empty for a moment. */
    private void replace(byte[] bytes) throws IOException {
        Files.move(Files.write(folder.resolve("next"), bytes), file, StandardCopyOption.ATOMIC_MOVE);
    }

    private void awaitTold(String... all) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(told).containsExactly(all));
    }

    private void letItLook() {
        await().pollDelay(SOME_LOOKS).until(() -> true);
    }

    @Test
    void changesAreTold() throws IOException {
        Files.writeString(file, "two");
        awaitTold("two");
        // Of the same length, so that the file's size does not tell.
        Files.writeString(file, "six");
        awaitTold("two", "six");
    }

    @Test
    void fileThatIsGoneIsToldOnceAndItsReturnWithTheSameTextNotAtAll() throws IOException {
        Files.delete(file);
        awaitTold("NoSuchFileException");
        letItLook();
        Files.writeString(file, "one");
        letItLook();
        Files.writeString(file, "two");

        awaitTold("NoSuchFileException", "two");
    }

    @Test
    void folderThatIsExchangedAboveTheFileIsAChange() throws IOException {
        // As Kubernetes mounts a secret: the file is a link into ..data, which is a link to the folder that is current.
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
            awaitTold("second");
        }
    }

    @Test
    void nothingIsToldAfterTheEnd() throws IOException {
        watch.close();
        Files.writeString(file, "two");
        letItLook();

        assertThat(told).isEmpty();
    }

    @Test
    void whatIsNoFileOrNoTextIsNotRead() throws IOException {
        assertThatThrownBy(() -> FileWatch.read(folder)).isInstanceOf(IOException.class)
                .hasMessageContaining("no regular file");
        assertThatThrownBy(() -> FileWatch.read(Path.of("/dev/zero"))).isInstanceOf(IOException.class)
                .hasMessageContaining("no regular file");
        Files.write(file, new byte[] { (byte) 0xC3, (byte) 0x28 });
        assertThatThrownBy(() -> FileWatch.read(file)).isInstanceOf(IOException.class).hasMessageContaining("not a text");
    }

    @Test
    void byteOrderMarkIsNotPartOfTheText() throws IOException {
        Files.writeString(file, "\uFEFFtwo");

        assertThat(FileWatch.read(file)).isEqualTo("two");
        awaitTold("two");
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3cr3t\0", "\0s\0", "s3cr3t\uFFFD" })
    void damagedTextIsNotRead(String text) throws IOException {
        Files.writeString(file, text);

        assertThatThrownBy(() -> FileWatch.read(file)).isInstanceOf(IOException.class)
                .hasMessageContaining("not a text in UTF-8")
                .hasMessageNotContaining("s3cr3t");
        awaitTold("IOException");
    }

    /** Else whoever has fixed the first fault takes the file for good. */
    @Test
    void eachReasonWhyTheFileCannotBeReadIsTold() throws IOException {
        replace(new byte[] { 'a', 0 });
        awaitTold("IOException");

        replace(new byte[] { (byte) 0xC3, (byte) 0x28 });
        awaitTold("IOException", "IOException");
    }

    @Test
    void fileThatIsTooLargeIsNotRead() throws IOException {
        Files.writeString(file, "x".repeat((1 << 20) + 1));

        assertThatThrownBy(() -> FileWatch.read(file)).isInstanceOf(IOException.class).hasMessageContaining("larger");
    }
}
