package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
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
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import io.quarkiverse.mcp.server.test.McpAssured.McpStreamableTestClient;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;

/** No input and no answer of Lean's puts a secret or a stack trace into the log, even at its most verbose. */
class QuietLogIT {

    private static final String SECRET = "s3cr3t-never-to-be-seen";

    private static final List<String> MCP_BODIES = List.of(
            SECRET,
            "{\"" + SECRET,
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"x\",\"arguments\":\"" + SECRET
                    + "\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":\"" + SECRET + "\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"completion/complete\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"logging/setLevel\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + SECRET + "\"}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"" + SECRET + "\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":\"" + SECRET + "\",\"result\":{}}",
            "[7]", "[]", "null", "");

    /** Of requests without a handshake. */
    private static final List<JsonObject> MODERN_PARAMS = List.of(
            new JsonObject(),
            new JsonObject().put("name", SECRET).put("uri", SECRET),
            new JsonObject().put("name", "x").put("uri", "x").put("arguments", SECRET),
            new JsonObject().put("name", McpCalls.TOOL).put("arguments", new JsonObject().put("body", SECRET)),
            new JsonObject().put("name", McpCalls.TOOL).put("arguments",
                    new JsonObject().put("body", new JsonObject().put("scope", SECRET).put("client_secret", SECRET))));

    private static final List<String> REST_BODIES = List.of(
            SECRET,
            "{\"scope\":\"" + SECRET,
            "{\"scope\":\"" + SECRET + "\"}",
            "{\"scope\":\"api\",\"client_id\":\"" + SECRET + "\",\"client_secret\":\"" + SECRET + "\"}",
            "{\"scope\":\"api\",\"client_id\":\"" + LeanStub.CALLERS_ID + "\",\"client_secret\":\"" + SECRET + "\"}",
            "{\"scope\":\"api\",\"grant_type\":\"" + SECRET + "\"}",
            "{\"" + SECRET + "\":" + SECRET + "}", "");

    private final LeanStub lean = new LeanStub();

    @BeforeEach
    void start() {
        lean.start();
    }

    @AfterEach
    void stop() {
        lean.stop();
    }

    /**
     * Secrets of the service's, which nobody who calls it is to see either; the digest of one gives it away if it is a poor
     * one.
     */
    private static final String LOCAL_SECRET = "local-s3cr3t-never-to-be-seen";
    private static final String LOCAL_SECRET_OF_FILE = "another-local-s3cr3t-never-to-be-seen";
    private static final String DIGEST = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final List<String> SERVICES_OWN = List.of(LeanStub.CLIENT_SECRET, LOCAL_SECRET, LOCAL_SECRET_OF_FILE,
            DIGEST.substring(DIGEST.indexOf(':') + 1));

    private static final List<String> PATHS = List.of("/", "/q", "/q/health", "/q/health/live", "/q/health/ready",
            "/q/health/started", "/q/health/group/lean", "/q/health-ui", "/q/metrics", "/q/info", "/q/openapi", "/q/arc",
            "/q/dev-ui",
            "/q/dev-mcp", "/q/swagger-ui", "/q/swagger-ui/start.js", "/q/swagger-ui/" + SECRET,
            "/.well-known/agent-skills/index.json",
            "/.well-known/agent-skills/" + SECRET, "/mcp/messages/" + SECRET, "/" + SECRET + "?" + SECRET, "/v1/oauth2/token",
            "/mcp", "/mcp/sse/x", "/.well-known/oauth-authorization-server");

    private static final String LOG_JSON = "LOG_JSON";
    private static final String ACCESS_LOG = "ACCESS_LOG";

    @TempDir
    Path folder;

    static Stream<Map<String, String>> settings() {
        return Stream.of(
                // Every request gets to Lean.
                Map.of("CACHE_ENABLED", "false", "LEAN_REQUESTS_PER_MINUTE", "100000", "LEAN_BREAKER_REQUEST_VOLUME", "100000"),
                // Tokens are kept, refusals are remembered, the budget is spent, the breaker opens.
                Map.of("TOKEN_PREFETCH", "true", "TOKEN_MINIMUM_VALIDITY", "3598s", "LEAN_REQUESTS_PER_MINUTE", "30",
                        ACCESS_LOG, "true", "OPENAPI_SWAGGER_UI", "true"),
                // Only those who are known get in, and Lean is told by Basic.
                Map.of("ACCESS_ANONYMOUS", "never", "ACCESS_CALLER_CREDENTIALS", "refused", "LEAN_REQUESTS_PER_MINUTE",
                        "100000",
                        "LEAN_CLIENT_AUTHENTICATION", "client-secret-basic", "LIMITS_REQUEST_TIME", "1s",
                        "LIMITS_CONNECTIONS_PER_PEER", "20", LOG_JSON, "true", ACCESS_LOG, "true"));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void logHasNoSecretAndNoStackTrace(Map<String, String> settings) throws IOException {
        Path leansSecret = Files.writeString(folder.resolve("lean"), LeanStub.CLIENT_SECRET);
        Path clients = Files.writeString(folder.resolve("clients"), "agents.secret=" + LOCAL_SECRET_OF_FILE + "," + DIGEST
                + "\nagents.scopes=api\n");
        Map<String, String> environment = new HashMap<>(settings);
        environment.putAll(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET_FILE", leansSecret.toString(),
                "LEAN_URL", lean.url(), "QUARKUS_LOG_LEVEL", "ALL", "QUARKUS_MCP_SERVER_TRAFFIC_LOGGING_ENABLED", "true",
                "LEAN_REQUEST_TIMEOUT", "500ms",
                "LEAN_CONNECT_TIMEOUT", "500ms", "LEAN_RETRY_DELAY", "10ms", "LEAN_DEADLINE", "2s"));
        environment.putAll(
                Map.of("ACCESS_CLIENTS_PAYMENTS_SECRET", LOCAL_SECRET, "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api,customer.*",
                        "ACCESS_CLIENTS_FILE", clients.toString()));
        try (PackagedApplication application = PackagedApplication.start(environment)) {
            everyInput(application);
            everyAnswer(application);
            everyPath(application);
            everyState(application, clients);

            // In one of the settings only once the connections from before are known to be closed.
            await().untilAsserted(() -> assertThat(statusWith(LOCAL_SECRET, application)).isIn(200, 429));
            assertThat(application.log()).contains("DEBUG").doesNotContain("never-to-be-seen")
                    .doesNotContain(SERVICES_OWN.get(SERVICES_OWN.size() - 1));
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

    /** Sends it, and looks into the answer for what is none of the caller's business. */
    private static RawHttp.Response post(int port, String path, String type, String body, String... headers) {
        return checked(RawHttp.post(RawHttp.LOOPBACK, port, path, type, body, headers));
    }

    private static RawHttp.Response checked(RawHttp.Response response) {
        SERVICES_OWN.forEach(secret -> assertThat(response.headers() + response.body()).doesNotContain(secret));
        return response;
    }

    private static int statusWith(String bearer, PackagedApplication application) {
        return post(application.port(), "/v1/oauth2/token", "application/json", "{\"scope\":\"api\"}",
                "Authorization: Bearer " + bearer).status();
    }

    private void everyInput(PackagedApplication application) {
        List<String> headers = List.of("X-Nothing: " + SECRET, "Authorization: " + basic(LeanStub.CALLERS_ID, SECRET),
                "Authorization: " + basic("payments", LOCAL_SECRET), "Authorization: " + basic("payments", SECRET),
                "Authorization: " + basic(LOCAL_SECRET, "payments"), "Authorization: Bearer " + LOCAL_SECRET_OF_FILE,
                "Authorization: Bearer " + SECRET, "Authorization: Bearer " + SECRET + " " + LOCAL_SECRET,
                "Authorization: Digest " + SECRET,
                "Authorization: Basic " + SECRET, "Host: " + SECRET, "Origin: " + SECRET, "Mcp-Session-Id: " + SECRET,
                "Mcp-Protocol-Version: " + SECRET, "Accept: " + SECRET, "Cache-Control: no-cache, " + SECRET);
        for (String header : headers) {
            for (String body : REST_BODIES) {
                for (String type : List.of("application/json", "application/x-www-form-urlencoded", "text/plain", SECRET)) {
                    post(application.port(), "/v1/oauth2/token", type, body, header);
                }
            }
            for (String body : MCP_BODIES) {
                post(application.mcpPort(), "/mcp", "application/json", body, header,
                        "Accept: application/json, text/event-stream");
                post(application.mcpPort(), "/mcp/messages/1", "application/json", body, header);
            }
            for (JsonObject params : MODERN_PARAMS) {
                for (String method : List.of("tools/call", "resources/read", SECRET)) {
                    for (String name : List.of("x", SECRET)) {
                        post(application.mcpPort(), "/mcp", "application/json", StatelessMcp.request(method, params).encode(),
                                header, "Accept: application/json, text/event-stream", StatelessMcp.VERSION_HEADER,
                                "Mcp-Method: " + method, "Mcp-Name: " + name);
                    }
                }
            }
        }
        Peers peers = new Peers(application.port(), application.mcpPort());
        String wrong = ",\"client_id\":\"" + SECRET + "\",\"client_secret\":\"" + SECRET + "\"";
        String local = ",\"client_id\":\"payments\",\"client_secret\":\"" + LOCAL_SECRET + "\"";
        for (String members : List.of("", wrong, local, ",\"client_secret\":\"" + LOCAL_SECRET + "\"")) {
            for (String scope : List.of("api", "customer.1", LOCAL_SECRET)) {
                checked(peers.token(RawHttp.ELSEWHERE, scope, members));
                checked(peers.call(RawHttp.ELSEWHERE, scope, members));
                checked(peers.call(RawHttp.LOOPBACK, scope, members, "Authorization: Bearer " + LOCAL_SECRET_OF_FILE));
            }
        }
    }

    private static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    /** Pages, probes, descriptions, and what is not there. */
    private static void everyPath(PackagedApplication application) {
        for (String path : PATHS) {
            for (int port : new int[] { application.port(), application.mcpPort() }) {
                for (String method : List.of("GET", "OPTIONS", "DELETE")) {
                    checked(RawHttp.send(RawHttp.LOOPBACK, port, method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                            + "Authorization: Bearer " + LOCAL_SECRET + "\r\nConnection: close\r\n\r\n"));
                }
            }
        }
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Authorization", "Bearer " + LOCAL_SECRET);
        try (McpStreamableTestClient client = McpCalls.connect(application.mcpPort(), headers)) {
            client.when().toolsList(tools -> assertThat(tools.tools().toString()).contains(McpCalls.TOOL)
                    .doesNotContain("never-to-be-seen")).thenAssertResults();
            assertThat(client.initResult().toString()).doesNotContain("never-to-be-seen");
        }
    }

    /**
     * What the service does of itself: clients change, a file is wrong or gone, too many connect, a request does not get ready,
     * connections are
     * reset.
     */
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
            // As many as there may be, in one of the settings.
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
        statusWith(LOCAL_SECRET, application);
        checked(new Peers(application.port(), application.mcpPort()).call(RawHttp.LOOPBACK, "api", "",
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
