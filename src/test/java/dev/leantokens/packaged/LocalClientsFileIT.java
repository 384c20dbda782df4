package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;

/** Local clients come, change their secrets and go, and the service runs on. */
class LocalClientsFileIT {

    private static final String OLD = "old-s3cr3t-of-agents-never-to-be-seen";
    private static final String NEW = "new-s3cr3t-of-agents-never-to-be-seen";

    @TempDir
    Path folder;

    private final LeanStub lean = new LeanStub();
    private Path file;
    private PackagedApplication application;

    @BeforeEach
    void start() throws IOException {
        lean.start();
        file = folder.resolve("clients");
        write("agents.secret=" + OLD + "\nagents.scopes=api\n");
        application = PackagedApplication.start(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(), "ACCESS_ANONYMOUS", "never", "ACCESS_CLIENTS_FILE",
                file.toString(), "QUARKUS_LOG_LEVEL", "DEBUG"));
    }

    @AfterEach
    void stop() {
        application.close();
        lean.stop();
    }

    private void write(String text) throws IOException {
        Path next = Files.writeString(folder.resolve("next"), text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private int statusWith(String secret) {
        return RawHttp.post(RawHttp.LOOPBACK, application.port(), "/v1/oauth2/token", "application/json", "{\"scope\":\"api\"}",
                "Authorization: Bearer " + secret).status();
    }

    private void awaitStatus(String secret, int status) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(statusWith(secret)).isEqualTo(status));
    }

    private void awaitLine(String level, String text) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(application.linesOf(level)).anyMatch(line -> line.contains(text)));
    }

    @Test
    void secretIsExchangedWithoutAMomentInWhichNoneIsRight() throws IOException {
        assertThat(statusWith(OLD)).isEqualTo(200);
        assertThat(statusWith(NEW)).isEqualTo(401);

        write("agents.secret=" + OLD + "," + NEW + "\nagents.scopes=api\n");
        awaitStatus(NEW, 200);
        assertThat(statusWith(OLD)).isEqualTo(200);

        write("agents.secret=" + NEW + "\nagents.scopes=api\n");
        awaitStatus(OLD, 401);
        assertThat(statusWith(NEW)).isEqualTo(200);
        assertThat(application.log()).doesNotContain("never-to-be-seen");
    }

    @Test
    void fileThatIsWrongOrGoneChangesNothingAndIsSaid() throws IOException {
        write("agents=" + NEW + "\n");
        awaitLine("ERROR", "is wrong, the clients stay as they were");
        assertThat(statusWith(OLD)).isEqualTo(200);

        Files.delete(file);
        awaitLine("ERROR", "can no longer be read");
        assertThat(statusWith(OLD)).isEqualTo(200);

        write("");
        awaitStatus(OLD, 401);
        assertThat(application.log()).doesNotContain("never-to-be-seen").doesNotContain("\tat ");
    }
}
