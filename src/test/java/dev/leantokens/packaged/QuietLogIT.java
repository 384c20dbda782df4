package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import com.github.tomakehurst.wiremock.http.Fault;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;

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

    static Stream<Map<String, String>> settings() {
        return Stream.of(
                // Every request gets to Lean.
                Map.of("CACHE_ENABLED", "false", "LEAN_REQUESTS_PER_MINUTE", "100000", "LEAN_BREAKER_CALLS", "100000"),
                // Tokens are kept, refusals are remembered, the budget is spent, the breaker opens.
                Map.of("TOKEN_PREFETCH", "true", "TOKEN_MINIMUM_VALIDITY", "3598s", "LEAN_REQUESTS_PER_MINUTE", "30"));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void logHasNoSecretAndNoStackTrace(Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(settings);
        environment.putAll(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET,
                "LEAN_URL", lean.url(), "QUARKUS_LOG_LEVEL", "DEBUG", "LEAN_REQUEST_TIMEOUT", "500ms",
                "LEAN_CONNECT_TIMEOUT", "500ms", "LEAN_RETRY_DELAY", "10ms", "LEAN_DEADLINE", "2s"));
        try (PackagedApplication application = PackagedApplication.start(environment)) {
            everyInput(application);
            everyAnswer(application);

            assertThat(application.token().status()).isIn(200, 429);
            assertThat(application.log()).contains("DEBUG").doesNotContain("never-to-be-seen");
            assertThat(stackTraces(application.log())).isEmpty();
            assertThat(application.linesOf("ERROR")).allMatch(line -> line.contains("LEAN_CLIENT_SECRET"));
        }
    }

    private void everyInput(PackagedApplication application) {
        String basic = Base64.getEncoder()
                .encodeToString((LeanStub.CALLERS_ID + ":" + SECRET).getBytes(StandardCharsets.UTF_8));
        List<String> headers = List.of("X-Nothing: " + SECRET, "Authorization: Basic " + basic,
                "Authorization: Bearer " + SECRET,
                "Authorization: Basic " + SECRET, "Host: " + SECRET, "Origin: " + SECRET, "Mcp-Session-Id: " + SECRET,
                "Mcp-Protocol-Version: " + SECRET, "Accept: " + SECRET, "Cache-Control: no-cache, " + SECRET);
        for (String header : headers) {
            for (String body : REST_BODIES) {
                for (String type : List.of("application/json", "application/x-www-form-urlencoded", "text/plain", SECRET)) {
                    RawHttp.post(RawHttp.LOOPBACK, application.port(), "/v1/oauth2/token", type, body, header);
                }
            }
            for (String body : MCP_BODIES) {
                RawHttp.post(RawHttp.LOOPBACK, application.mcpPort(), "/mcp", "application/json", body, header,
                        "Accept: application/json, text/event-stream");
                RawHttp.post(RawHttp.LOOPBACK, application.mcpPort(), "/mcp/messages/1", "application/json", body, header);
            }
        }
        new Peers(application.port(), application.mcpPort()).mcp(RawHttp.LOOPBACK,
                ",\"client_id\":\"" + SECRET + "\",\"client_secret\":\"" + SECRET + "\"");
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
        application.token();
        McpCalls.call(application.mcpPort(), Map.of("scope", "api"));
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
