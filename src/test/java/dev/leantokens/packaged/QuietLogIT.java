package dev.leantokens.packaged;

import static dev.leantokens.packaged.SecretInputs.DIGEST;
import static dev.leantokens.packaged.SecretInputs.LOCAL_SECRET;
import static dev.leantokens.packaged.SecretInputs.LOCAL_SECRET_OF_FILE;
import static dev.leantokens.packaged.SecretInputs.SECRET;
import static dev.leantokens.packaged.SecretInputs.SERVICE_SECRETS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import com.github.tomakehurst.wiremock.http.Fault;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import io.vertx.core.json.JsonObject;

/** No input and no response of Lean puts a secret or a stack trace into the log, even at its most verbose level. */
class QuietLogIT {

    private static final String LOG_JSON = "LOG_JSON";
    private static final String ACCESS_LOG = "ACCESS_LOG";

    @TempDir
    Path folder;

    private final LeanStub lean = new LeanStub();

    @BeforeEach
    void start() {
        lean.start();
    }

    @AfterEach
    void stop() {
        lean.stop();
    }

    static Stream<Map<String, String>> settings() {
        return Stream.of(
                // Every request causes a call to Lean.
                Map.of("CACHE_ENABLED", "false", "LEAN_REQUESTS_PER_MINUTE", "100000", "LEAN_BREAKER_REQUEST_VOLUME", "100000"),
                // Tokens and refusals are cached, the budget is used up, the breaker opens.
                Map.of("TOKEN_PREFETCH", "true", "TOKEN_MINIMUM_VALIDITY", "3598s", "LEAN_REQUESTS_PER_MINUTE", "30",
                        ACCESS_LOG, "true", "OPENAPI_SWAGGER_UI", "true"),
                // Only known callers are served, and Lean gets the credentials by Basic.
                Map.of("ACCESS_ANONYMOUS", "never", "ACCESS_CALLER_CREDENTIALS", "refused", "LEAN_REQUESTS_PER_MINUTE",
                        "100000",
                        "LEAN_CLIENT_AUTHENTICATION", "client-secret-basic", "LIMITS_REQUEST_TIME", "1s",
                        "LIMITS_CONNECTIONS_PER_PEER", "20", LOG_JSON, "true", ACCESS_LOG, "true"));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void logHasNoSecretAndNoStackTrace(Map<String, String> settings) throws IOException {
        Path leanSecret = Files.writeString(folder.resolve("lean"), LeanStub.CLIENT_SECRET);
        Path clients = Files.writeString(folder.resolve("clients"), "agents.secret=" + LOCAL_SECRET_OF_FILE + "," + DIGEST
                + "\nagents.scopes=api\n");
        Map<String, String> environment = new HashMap<>(settings);
        environment.putAll(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET_FILE", leanSecret.toString(),
                "LEAN_URL", lean.url(), "QUARKUS_LOG_LEVEL", "ALL", "QUARKUS_MCP_SERVER_TRAFFIC_LOGGING_ENABLED", "true",
                "LEAN_REQUEST_TIMEOUT", "500ms",
                "LEAN_CONNECT_TIMEOUT", "500ms", "LEAN_RETRY_DELAY", "10ms", "LEAN_DEADLINE", "2s"));
        environment.putAll(
                Map.of("ACCESS_CLIENTS_PAYMENTS_SECRET", LOCAL_SECRET, "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api,customer.*",
                        "ACCESS_CLIENTS_FILE", clients.toString()));
        try (PackagedApplication application = PackagedApplication.start(environment)) {
            SecretInputs.everyInput(application);
            everyAnswer(application);
            SecretInputs.everyPath(application);
            everyState(application, clients);

            // With one of the settings only after the earlier connections are closed.
            await().untilAsserted(() -> assertThat(SecretInputs.statusWith(LOCAL_SECRET, application)).isIn(200, 429));
            assertThat(application.log()).contains("DEBUG").doesNotContain("never-to-be-seen")
                    .doesNotContain(SERVICE_SECRETS.get(SERVICE_SECRETS.size() - 1));
            assertThat(stackTraces(application.log())).isEmpty();
            goneBeforeTheAnswer(application, settings.containsKey(ACCESS_LOG));
            assertThat(
                    application.log().lines().filter(line -> line.contains("io.quarkus.http.access-log")).findAny().isPresent())
                    .isEqualTo(settings.containsKey(ACCESS_LOG));
            if (settings.containsKey(LOG_JSON)) {
                assertThat(application.log().lines()).isNotEmpty()
                        .allSatisfy(line -> assertThat(new JsonObject(line).fieldNames())
                                .contains("timestamp", "level", "loggerName", "message").doesNotContain("mdc"));
            }
            assertThat(application.linesOf("ERROR"))
                    .allMatch(line -> line.contains("Lean refused the credentials of this service")
                            || line.contains("no token endpoint")
                            || line.matches(".* more errors of .*: (SERVICE_CREDENTIALS_REFUSED|WRONG_ENDPOINT).*")
                            || line.contains("file of local clients"));

            application.terminate();
            application.exitCode();
            assertThat(application.log()).contains("lean-authentication-tokens stopped in")
                    .containsPattern("[0-9]+ more errors of address 127.0.0.1 within 10 s: INVALID_REQUEST");
        }
    }

    /** Lets local clients change, a file be invalid or missing, too many connect, and requests stay incomplete or be reset. */
    private static void everyState(PackagedApplication application, Path clients) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 30; i++) {
                Socket socket = new Socket(RawHttp.LOOPBACK, application.port());
                sockets.add(socket);
                socket.getOutputStream().write(("POST /" + SECRET + " HTTP/1.1\r\nAuthorization: Bearer " + SECRET)
                        .getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // The limit of one of the settings.
        }
        for (int port : new int[] { application.port(), application.mcpPort() }) {
            resetBeforeARequest(port);
        }
        Files.writeString(clients, LOCAL_SECRET_OF_FILE);
        awaitError(application, "is invalid");
        Files.delete(clients);
        awaitError(application, "can no longer be read");
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static void resetBeforeARequest(int port) throws IOException {
        for (int i = 0; i < 10; i++) {
            try (Socket socket = new Socket(RawHttp.LOOPBACK, port)) {
                socket.getOutputStream().write(SECRET.getBytes(StandardCharsets.US_ASCII));
                socket.setSoLinger(true, 0);
            }
        }
    }

    private static void goneBeforeTheAnswer(PackagedApplication application, boolean accessLog) throws IOException {
        try (Socket socket = new Socket(RawHttp.LOOPBACK, application.port())) {
            socket.getOutputStream().write(("POST /v1/oauth2/token HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                    + LOCAL_SECRET + "\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{")
                    .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
        }
        if (accessLog) {
            await().atMost(Duration.ofSeconds(10)).until(() -> application.log().lines()
                    .anyMatch(line -> line.contains("local client payments: POST /v1/oauth2/token HTTP/1.1, -, 0 bytes")));
        }
    }

    private static void awaitError(PackagedApplication application, String text) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(application.linesOf("ERROR")).anyMatch(line -> line.contains(text)));
    }

    private void everyAnswer(PackagedApplication application) {
        for (int status : new int[] { 200, 204, 302, 400, 401, 403, 404, 429, 500, 503 }) {
            for (String body : List.of("", SECRET, "<html>" + SECRET,
                    "{\"error\":\"invalid_client\",\"error_description\":\"" + SECRET + "\"}",
                    "{\"access_token\":\"" + SECRET + "\"}", "{\"access_token\":\"" + SECRET)) {
                lean.answers(status, body);
                ask(application);
            }
        }
        for (Fault fault : Fault.values()) {
            lean.breaks(fault);
            ask(application);
        }
        lean.answers(LeanStub.json(200, SECRET).withFixedDelay(1500));
        ask(application);
        lean.whileAway(() -> ask(application));
        lean.reset();
    }

    private void ask(PackagedApplication application) {
        SecretInputs.statusWith(LOCAL_SECRET, application);
        SecretInputs.checked(new Peers(application.port(), application.mcpPort()).call(RawHttp.LOOPBACK, "api", "",
                "Authorization: Bearer " + LOCAL_SECRET));
    }

    private static List<String> stackTraces(String log) {
        List<String> traces = new ArrayList<>();
        String[] lines = log.split("\n");
        for (int i = 1; i < lines.length; i++) {
            if (lines[i].startsWith("\tat ") && !lines[i - 1].startsWith("\tat ")) {
                traces.add(lines[i - 1] + "\n" + lines[i]);
            }
        }
        return traces;
    }
}
