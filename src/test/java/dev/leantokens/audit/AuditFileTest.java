package dev.leantokens.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditFileTest {

    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    Path folder;

    private final AtomicLong nanos = new AtomicLong();

    @Test
    void fileIsCreatedForItsOwnerAndAppendedTo() throws IOException {
        Path path = folder.resolve("audit.jsonl");
        AuditFile file = open(path);
        write(file, "first\n");
        write(open(path), "second\n");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-------");
        assertThat(path).hasContent("first\nsecond\n");
    }

    @Test
    void tornLastLineIsEndedFirst() throws IOException {
        Path path = folder.resolve("audit.jsonl");
        Files.writeString(path, "first\n{\"time\":\"20");
        write(open(path), "second\n");

        assertThat(path).hasContent("first\n{\"time\":\"20\nsecond\n");
    }

    @Test
    void renamedFileIsReplacedWithinASecond() throws IOException {
        Path path = folder.resolve("audit.jsonl");
        AuditFile file = open(path);
        write(file, "first\n");
        Files.move(path, folder.resolve("audit.jsonl.1"));
        write(file, "second\n");
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        write(file, "third\n");

        assertThat(folder.resolve("audit.jsonl.1")).hasContent("first\nsecond\n");
        assertThat(path).hasContent("third\n");
    }

    /** It would end at once if the pipe were opened again. */
    @Test
    void readerThatComesAfterAFailureGetsTheNextLines() throws IOException, InterruptedException {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        AuditFile file = open(pipe);
        assertThatThrownBy(() -> write(file, "lost\n")).hasMessageContaining("Broken pipe");

        try (InputStream reader = Files.newInputStream(pipe)) {
            write(file, "first\n");
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            write(file, "second\n");

            assertThat(new String(reader.readNBytes("first\nsecond\n".length()), StandardCharsets.UTF_8))
                    .isEqualTo("first\nsecond\n");
        }
    }

    @Test
    void fileThatAnotherProgramHasCutIsAppendedTo() throws IOException {
        Path path = folder.resolve("audit.jsonl");
        AuditFile file = open(path);
        write(file, "first\n");
        Files.writeString(path, "");
        write(file, "second\n");

        assertThat(path).hasContent("second\n");
    }

    @Test
    void deletedFolderIsAnOutageUntilItIsBack() throws IOException {
        Path path = Files.createDirectory(folder.resolve("logs")).resolve("audit.jsonl");
        AuditFile file = open(path);
        Files.delete(path);
        Files.delete(path.getParent());
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> write(file, "lost\n")).isInstanceOfSatisfying(IOException.class,
                    e -> assertThat(AuditFile.reason(e)).isEqualTo("its folder does not exist"));
        }
        Files.createDirectory(path.getParent());
        write(file, "kept\n");
        assertThat(path).hasContent("kept\n");
    }

    @Test
    void linkAndFolderAreRefused() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("elsewhere"));

        assertThatThrownBy(() -> open(link)).isInstanceOf(IOException.class);
        assertThat(folder.resolve("elsewhere")).doesNotExist();
        assertThatThrownBy(() -> open(folder)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> open(folder.resolve("missing/audit.jsonl"))).isInstanceOf(IOException.class);
    }

    @Test
    void fullDeviceSaysSo() throws IOException {
        assumeThat(FULL).exists();
        AuditFile file = open(FULL);

        assertThatThrownBy(() -> write(file, "line\n")).isInstanceOfSatisfying(IOException.class,
                e -> assertThat(AuditFile.reason(e)).isEqualTo("No space left on device"));
    }

    @Test
    void endOfTheFileCanBeRemoved() throws IOException {
        Path path = folder.resolve("audit.jsonl");
        AuditFile file = open(path);
        write(file, "whole\nbro");

        assertThat(file.removeEnd(3)).isTrue();
        assertThat(path).hasContent("whole\n");
    }

    private AuditFile open(Path path) throws IOException {
        AuditFile file = new AuditFile(path, nanos::get);
        file.open();
        return file;
    }

    private static void write(AuditFile file, String lines) throws IOException {
        file.write(ByteBuffer.wrap(lines.getBytes(StandardCharsets.US_ASCII)));
    }
}
