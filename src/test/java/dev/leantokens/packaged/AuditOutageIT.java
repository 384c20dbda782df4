package dev.leantokens.packaged;

import static dev.leantokens.testing.AuditRecords.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.AuditRecords;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;

/** While the audit cannot be written: if required, no token leaves; otherwise lines are lost, counted and reported. */
class AuditOutageIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String FULL = "/dev/full";

    @TempDir
    Path folder;

    private final LeanStub lean = new LeanStub();
    private PackagedApplication application;

    @BeforeEach
    void start() {
        lean.start();
    }

    @AfterEach
    void stop() {
        if (application != null) {
            application.close();
        }
        lean.stop();
    }

    private Map<String, String> environment(String log, boolean required) {
        return new HashMap<>(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET,
                "LEAN_URL", lean.url(), "AUDIT_LOG", log, "AUDIT_REQUIRED", Boolean.toString(required)));
    }

    private void start(String log, boolean required) {
        application = PackagedApplication.start(environment(log, required));
    }

    private RawHttp.Response token() {
        return application.token();
    }

    private List<String> outages() {
        return Stream.concat(application.linesOf("ERROR").stream(), application.linesOf("WARN").stream())
                .filter(line -> line.contains("audit.AuditWriter")).map(line -> line.replaceFirst("^.*The audit log ", ""))
                .toList();
    }

    private long lost() {
        return RawHttp.send(RawHttp.LOOPBACK, application.port(),
                "GET /q/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").body().lines()
                .filter(line -> line.startsWith("audit_lines_lost_total "))
                .mapToLong(line -> (long) Double.parseDouble(line.split(" ")[1])).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void fullDisk(boolean required) {
        assumeThat(Path.of(FULL)).exists();
        start(FULL, required);

        for (int i = 0; i < 5; i++) {
            RawHttp.Response response = token();
            assertThat(response.status()).isEqualTo(required ? 503 : 200);
            assertThat(response.body().contains("access_token")).isEqualTo(!required);
            assertThat(response.headers().containsKey("Retry-After")).isEqualTo(required);
            assertThat(new Peers(application.port(), application.mcpPort()).mcp(RawHttp.LOOPBACK).contains("access_token"))
                    .isEqualTo(!required);
        }

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(lost()).isEqualTo(10));
        assertThat(outages()).containsExactly(FULL + " cannot be written: No space left on device; " + (required
                ? "no tokens are issued until it can be, since AUDIT_REQUIRED=true"
                : "tokens are issued without a line in it until it can be"));
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void deletedFolderUntilItIsBack(boolean required) throws IOException {
        Path audit = Files.createDirectory(folder.resolve("logs")).resolve("audit.jsonl");
        start(audit.toString(), required);
        assertThat(token().status()).isEqualTo(200);
        await().until(() -> AuditRecords.of(audit).size() == 1);
        Files.delete(audit);
        Files.delete(audit.getParent());

        await().atMost(PATIENCE).until(() -> token().status() == (required ? 503 : 200) && !outages().isEmpty());
        assertThat(outages()).singleElement().asString().contains("its folder does not exist");
        Files.createDirectory(audit.getParent());
        await().atMost(PATIENCE).until(() -> token().status() == 200 && !AuditRecords.of(audit).isEmpty());

        assertThat(AuditRecords.of(audit)).allMatch(line -> !text(line, "outcome").isEmpty());
        await().untilAsserted(() -> assertThat(outages()).hasSize(2).last().asString().contains("is written again"));
        assertThat(lost()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void pipeWithoutAReaderUntilOneComes(boolean required) throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        start(pipe.toString(), required);

        assertThat(token().status()).isEqualTo(required ? 503 : 200);
        await().untilAsserted(() -> assertThat(outages()).singleElement().asString().contains("Broken pipe"));

        Path read = folder.resolve("read");
        Process reader = new ProcessBuilder("cat", pipe.toString()).redirectOutput(read.toFile()).start();
        try {
            await().atMost(PATIENCE).until(() -> token().status() == 200 && !AuditRecords.of(read).isEmpty());
        } finally {
            reader.destroy();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void stalledReaderOfTheOutput(boolean required) {
        LogReader reader = new LogReader();
        application = PackagedApplication.start(environment("stdout", required), reader);
        assertThat(token().status()).isEqualTo(200);
        reader.stall();

        if (required) {
            await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(1)).until(() -> token().status() == 503);
        } else {
            for (int i = 0; i < 500; i++) {
                assertThat(token().status()).isEqualTo(200);
            }
        }
        assertThat(RawHttp.send(RawHttp.LOOPBACK, application.port(),
                "GET /q/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").status()).isEqualTo(200);
        reader.resume();

        await().atMost(PATIENCE).until(() -> token().status() == 200);
        application.terminate();
        application.exitCode();
        assertThat(application.log().lines().filter(line -> line.startsWith("{\"time\":"))).isNotEmpty()
                .allSatisfy(AuditRecords::valid);
        assertThat(application.log().lines().filter(line -> line.contains("token_sha256")))
                .as("no line of the audit within one of the log").allMatch(line -> line.startsWith("{\"time\":"));
    }

    @Test
    void linesAreWrittenBeforeTheProcessEnds() {
        Path audit = folder.resolve("audit.jsonl");
        start(audit.toString(), false);
        int requests = 200;
        for (int i = 0; i < requests; i++) {
            assertThat(token().status()).isEqualTo(200);
        }
        application.terminate();
        application.exitCode();

        assertThat(AuditRecords.of(audit)).hasSize(requests);
    }
}
