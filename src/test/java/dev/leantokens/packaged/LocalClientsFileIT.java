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

/** Local clients are added, rotate their secrets and are removed while the service runs. */
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
                file.toString(), "QUARKUS_LOG_LEVEL", "DEBUG", "ACCESS_LOG", "true"));
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
    void secretIsRotatedWhileOneOfTwoIsAlwaysValid() throws IOException {
        assertThat(statusWith(OLD)).isEqualTo(200);
        assertThat(statusWith(NEW)).isEqualTo(401);

        write("agents.secret=" + OLD + "," + NEW + "\nagents.scopes=api\n");
        awaitStatus(NEW, 200);
        assertThat(statusWith(OLD)).isEqualTo(200);

        write("agents.secret=" + NEW + "\nagents.scopes=api\n");
        awaitStatus(OLD, 401);
        awaitLine("INFO", "The file of local clients has changed: 1 local client is configured now");
        assertThat(statusWith(NEW)).isEqualTo(200);
        assertThat(application.log()).doesNotContain("never-to-be-seen");
    }

    @Test
    void clientThatAuthenticatesInTheBodyIsLoggedByItsId() throws IOException {
        String credentials = "client_id=agents&client_secret=" + OLD;

        // Also for other errors of the request, but never by an unverified id.
        assertThat(form(credentials + "&scope=api")).isEqualTo(200);
        assertThat(form(credentials)).isEqualTo(400);
        assertThat(form(credentials + "&scope=a+b")).isEqualTo(400);
        assertThat(form(credentials + "&scope=customer.1")).isEqualTo(400);
        assertThat(form(credentials + "&scope=api&grant_type=password")).isEqualTo(400);
        assertThat(form("client_id=agents&client_secret=" + NEW + "&scope=api")).isEqualTo(401);
        awaitLine("INFO", "address 127.0.0.1: POST /v1/oauth2/token HTTP/1.1, 401");

        assertThat(application.linesOf("INFO").stream().filter(line -> line.contains("/v1/oauth2/token HTTP/1.1, "))
                .map(line -> line.replaceFirst(".*\\) (.*): POST \\S+ HTTP/1.1, (\\d+),.*", "$1 $2"))).containsExactly(
                        "local client agents 200", "local client agents 400", "local client agents 400",
                        "local client agents 400", "local client agents 400", "address 127.0.0.1 401");
        assertThat(application.linesOf("INFO").stream().filter(line -> line.contains("REST request of"))
                .map(line -> line.replaceFirst(".*request of (.*) refused: (\\d+ \\w+):.*", "$1 $2"))).containsExactly(
                        "local client agents 400 INVALID_SCOPE", "local client agents 400 INVALID_SCOPE",
                        "local client agents 400 INVALID_SCOPE", "local client agents 400 UNSUPPORTED_GRANT_TYPE",
                        "address 127.0.0.1 401 CALLER_REFUSED");
        // A default scope makes the scope optional.
        write("agents.secret=" + OLD + "\nagents.scopes=api\nagents.default-scope=api\n");
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(form(credentials)).isEqualTo(200));
        assertThat(application.log()).doesNotContain("never-to-be-seen");
    }

    private int form(String body) {
        return RawHttp.post(RawHttp.LOOPBACK, application.port(), "/v1/oauth2/token", "application/x-www-form-urlencoded", body)
                .status();
    }

    @Test
    void invalidOrMissingFileIsLoggedAndKeepsTheCurrentClients() throws IOException {
        write("agents.secret=" + NEW + "\0\nagents.scopes=api\n");
        awaitLine("ERROR", "it contains a NUL character");
        assertThat(statusWith(OLD)).isEqualTo(200);

        write("agents=" + NEW + "\n");
        awaitLine("ERROR", "is invalid, keeping the current clients");
        assertThat(statusWith(OLD)).isEqualTo(200);

        // One invalid client invalidates the whole file.
        write("agents.secret=" + OLD + "\nagents.scopes=api\nagents.default-scope=customer.1\nweb.secret=" + NEW
                + "\nweb.scopes=api\n");
        awaitLine("ERROR", "local client agents has a default scope that it may not have: its scopes are api");
        write("agents.secret=" + OLD + "\nagents.scopes=api\nweb.secret=" + NEW + "\nweb.scopes=payments.*\n");
        awaitLine("ERROR", "local client web may have payments.*, and TOKEN_SCOPES (api,customer.*) allows no such scope");
        assertThat(statusWith(OLD)).isEqualTo(200);
        assertThat(statusWith(NEW)).isEqualTo(401);

        Files.delete(file);
        awaitLine("ERROR", "can no longer be read, keeping the current clients and issuers: java.nio.file.NoSuchFileException");
        assertThat(statusWith(OLD)).isEqualTo(200);

        write("");
        awaitStatus(OLD, 401);
        assertThat(application.log()).doesNotContain("never-to-be-seen").doesNotContain("\tat ");
    }
}
