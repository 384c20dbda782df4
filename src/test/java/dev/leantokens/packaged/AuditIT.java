package dev.leantokens.packaged;

import static dev.leantokens.testing.AuditRecords.text;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import com.fasterxml.jackson.databind.JsonNode;

import dev.leantokens.testing.AuditRecords;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.SseSession;
import dev.leantokens.testing.StatelessMcp;
import dev.leantokens.testing.TestIssuer;
import io.vertx.core.json.JsonObject;

/** Each way in which a request can end has one line in the audit, on both adapters. {@code AccessMatrixIT} has who may what. */
class AuditIT {

    private static final String KEY = "a-key-of-the-audit-0123456789abcdef";
    private static final String CUSTOMER = "5a1d0000-1111-4000-8000-00000000000c";
    private static final String SECRET = "secret-of-payments-0123456789";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final LeanStub lean = new LeanStub();
    private final TestIssuer issuer = new TestIssuer("https://idp.example.com");
    private PackagedApplication application;
    private Path audit;

    @BeforeEach
    void start() throws IOException {
        lean.start();
        lean.givesTokensOfTheirOwn(3600);
        audit = folder.resolve("audit.jsonl");
    }

    @AfterEach
    void stop() {
        if (application != null) {
            application.close();
        }
        lean.stop();
    }

    private void start(Map<String, String> further) throws IOException {
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(), "LEAN_REQUESTS_PER_MINUTE", "100000",
                "LEAN_BREAKER_REQUEST_VOLUME", "100000", "LEAN_RETRY_DELAY", "10ms", "AUDIT_LOG", audit.toString(), "AUDIT_KEY",
                KEY));
        environment.putAll(Map.of("ACCESS_CLIENTS_PAYMENTS_SECRET", SECRET, "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api,customer.*",
                "ACCESS_ISSUERS_IDP_ISSUER", issuer.name(), "ACCESS_ISSUERS_IDP_AUDIENCE", TestIssuer.AUDIENCE,
                "ACCESS_ISSUERS_IDP_SCOPES", "api", "ACCESS_ISSUERS_IDP_JWKS_FILE",
                Files.writeString(folder.resolve("keys.json"), issuer.jwks()).toString()));
        environment.putAll(further);
        application = PackagedApplication.start(environment);
    }

    /** Lines come a moment after the response. */
    private JsonNode lineOf(Supplier<?> request) {
        int before = AuditRecords.of(audit).size();
        request.get();
        await().atMost(PATIENCE).until(() -> AuditRecords.of(audit).size() > before);
        List<JsonNode> all = AuditRecords.of(audit);
        assertThat(all).hasSize(before + 1);
        return all.get(before);
    }

    private static String summary(JsonNode line) {
        return String.join(" ", text(line, "adapter"), text(line, "outcome"), text(line, "reason"), text(line, "status"),
                text(line, "scope_kind")).strip().replaceAll(" +", " ");
    }

    private Peers peers() {
        return new Peers(application.port(), application.mcpPort());
    }

    private RawHttp.Response rest(String scope, String... headers) {
        return peers().token(RawHttp.LOOPBACK, scope, "", headers);
    }

    private RawHttp.Response post(int port, String path, String type, String body, String... headers) {
        return RawHttp.post(RawHttp.LOOPBACK, port, path, type, body, headers);
    }

    @Test
    void everyEndHasALineOnBothAdapters() throws IOException {
        start(Map.of("AUDIT_REQUIRED", "true"));
        String bearer = "Authorization: Bearer " + SECRET;
        for (String required : List.of("session", "stateless")) {
            boolean stateless = required.equals("stateless");
            assertThat(summary(lineOf(() -> mcp(stateless, "api")))).isEqualTo("mcp issued 200 api");
            assertThat(summary(lineOf(() -> mcp(stateless, "everything")))).isEqualTo("mcp refused invalid_scope 400 other");
            assertThat(summary(lineOf(() -> mcp(stateless, "two words")))).isEqualTo("mcp refused invalid_scope 400");
            assertThat(summary(lineOf(() -> mcp(stateless, "api", "Authorization: Bearer wrong"))))
                    .isEqualTo("mcp refused caller_refused 401");
        }
        int port = application.port();
        int mcpPort = application.mcpPort();
        assertThat(summary(lineOf(() -> rest("api")))).isEqualTo("rest issued 200 api");
        assertThat(summary(lineOf(() -> rest("customer." + CUSTOMER, bearer)))).isEqualTo("rest issued 200 customer");
        assertThat(summary(lineOf(() -> rest("everything")))).isEqualTo("rest refused invalid_scope 400 other");
        assertThat(summary(lineOf(() -> rest("api", "Authorization: Bearer wrong"))))
                .isEqualTo("rest refused caller_refused 401");
        assertThat(summary(lineOf(() -> rest("api", "Host: evil.example")))).isEqualTo("rest refused foreign_host 403");
        assertThat(summary(lineOf(() -> post(port, "/v1/oauth2/token", "application/json", "{"))))
                .isEqualTo("rest refused invalid_request 400");
        assertThat(summary(lineOf(() -> post(port, "/v1/oauth2/token/", "text/plain", "scope=api"))))
                .isEqualTo("rest refused unsupported_media_type 415");
        assertThat(summary(lineOf(() -> post(port, "/v1/oauth2/token", "application/json", "x".repeat(20_000)))))
                .isEqualTo("rest refused too_large 413");
        assertThat(summary(lineOf(() -> post(mcpPort, "/v1/oauth2/token", "application/json", "{}"))))
                .isEqualTo("rest refused not_found 404");
        assertThat(summary(lineOf(() -> get(port, "/v1/oauth2/token")))).isEqualTo("rest refused method_not_allowed 405");
        assertThat(summary(lineOf(() -> post(port, "/v1/oauth2/token", "application/json", "{\"scope\":\"api\"}",
                "Transfer-Encoding: gzip")))).isEqualTo("rest refused invalid_request 400");
        assertThat(summary(lineOf(() -> post(mcpPort, "/mcp", "application/json", "{"))))
                .isEqualTo("mcp refused invalid_request 400");
        assertThat(summary(lineOf(() -> post(mcpPort, "/mcp", "application/json", "x".repeat(20_000)))))
                .isEqualTo("mcp refused too_large 413");
        assertThat(summary(lineOf(() -> post(mcpPort, "/mcp/else", "application/json", "{}"))))
                .isEqualTo("mcp refused not_found 404");
        assertThat(summary(lineOf(() -> post(mcpPort, "/mcp", "application/json", "{}", "Mcp-Session-Id: unknown"))))
                .startsWith("mcp refused");
        assertThat(summary(lineOf(() -> new StatelessMcp(mcpPort).send("unknown/method", new JsonObject()))))
                .isEqualTo("mcp refused not_found 404");

        lean.answers(500, "");
        assertThat(summary(lineOf(() -> rest("customer.of-lean-1")))).isEqualTo("rest failed lean_failed 503 customer");
        assertThat(summary(lineOf(() -> mcp(true, "customer.of-lean-2")))).isEqualTo("mcp failed lean_failed 503 customer");
        assertThat(summary(lineOf(() -> mcp(false, "customer.of-lean-3")))).isEqualTo("mcp failed lean_failed 503 customer");
        lean.answers(401, "{\"error\":\"invalid_client\"}");
        assertThat(summary(lineOf(() -> peers().token(RawHttp.LOOPBACK, "api", ",\"client_id\":\"" + LeanStub.CALLERS_ID
                + "\",\"client_secret\":\"wrong\"")))).isEqualTo("rest refused refused_by_lean 401 api");

        assertThat(get(port, "/unknown").status()).isEqualTo(404);
        assertThat(get(port, "/q/health/live").status()).isEqualTo(200);
        assertThat(summary(lineOf(() -> rest("nothing")))).as("no line in between").isEqualTo(
                "rest refused invalid_scope 400 other");
    }

    @Test
    void everyCallOfABatchHasALine() throws IOException {
        start(Map.of());
        String call = "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":\"" + McpCalls.TOOL
                + "\",\"arguments\":{\"body\":{\"scope\":\"%s\"}}}}";
        RawHttp.Response initialized = post(application.mcpPort(), "/mcp", "application/json", """
                {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},
                "clientInfo":{"name":"test","version":"1"}}}""", "Accept: application/json, text/event-stream");
        String session = "Mcp-Session-Id: " + initialized.headers().get("Mcp-Session-Id");
        String accept = "Accept: application/json, text/event-stream";
        post(application.mcpPort(), "/mcp", "application/json",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", session, accept);
        post(application.mcpPort(), "/mcp", "application/json", "[" + call.formatted(2, "customer.a") + ","
                + call.formatted(3, "everything") + "," + call.formatted(4, "api") + "]", session, accept);

        await().atMost(PATIENCE).until(() -> AuditRecords.of(audit).size() == 3);
        assertThat(AuditRecords.of(audit)).extracting(AuditIT::summary).containsExactlyInAnyOrder(
                "mcp issued 200 customer", "mcp refused invalid_scope 400 other", "mcp issued 200 api");
    }

    @Test
    void callerThatHangsUpHasALine() throws IOException {
        lean.givesTokensOfTheirOwn(3600, 700);
        start(Map.of());
        List<String> expected = new ArrayList<>();
        hangUp(application.port(), "/v1/oauth2/token", "{\"scope\":\"customer.a\"}");
        expected.add("rest failed caller_gone customer");
        hangUp(application.mcpPort(), "/mcp", StatelessMcp.request("tools/call", new JsonObject().put("name", McpCalls.TOOL)
                .put("arguments", new JsonObject().put("body", new JsonObject().put("scope", "customer.b")))).encode(),
                StatelessMcp.VERSION_HEADER, "Mcp-Method: tools/call", "Mcp-Name: " + McpCalls.TOOL,
                "Accept: application/json, text/event-stream");
        // The response is MCP's: whether it was sent is not known.
        expected.add("mcp issued 200 customer");
        hangUp(application.port(), "/v1/oauth2/token", "{\"scope\":\"ap", "X-More: to come");
        expected.add("rest failed caller_gone");
        await().atMost(PATIENCE).untilAsserted(
                () -> assertThat(AuditRecords.of(audit)).extracting(AuditIT::summary).containsAll(expected));
        assertThat(AuditRecords.of(audit)).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "Content-Length: 9\r\n\r\nscop",
            "Content-Length: 9\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            "Transfer-Encoding: chunked\r\n\r\n4\r\nscop\r\n" })
    void requestThatBreaksOffHasOneLine(String rest) throws IOException {
        start(Map.of());
        for (int i = 0; i < 3; i++) {
            try (Socket socket = new Socket(RawHttp.LOOPBACK, application.port())) {
                // Closes by a reset.
                socket.setSoLinger(true, 0);
                socket.getOutputStream().write(("POST /v1/oauth2/token HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\n" + rest).getBytes(StandardCharsets.US_ASCII));
                socket.setSoTimeout(100);
                try {
                    socket.getInputStream().read();
                } catch (java.net.SocketTimeoutException e) {
                    // The service waits for the rest.
                }
            }
        }
        await().atMost(PATIENCE).until(() -> AuditRecords.of(audit).size() >= 3);
        rest("api");

        await().atMost(PATIENCE).until(() -> AuditRecords.of(audit).stream().map(AuditIT::summary)
                .anyMatch("rest issued 200 api"::equals));
        assertThat(AuditRecords.of(audit)).hasSize(4);
    }

    /** The token goes over another response than that of its request, which has ended long before. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void tokenOverTheOlderTransportHasALine(boolean required) throws IOException {
        lean.givesTokensOfTheirOwn(3600, 500);
        start(Map.of("AUDIT_REQUIRED", Boolean.toString(required)));
        try (SseSession session = new SseSession(application.mcpPort())) {
            session.post("""
                    {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},
                    "clientInfo":{"name":"test","version":"1"}}}""");
            session.nextMessage();
            session.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
            session.post("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"" + McpCalls.TOOL
                    + "\",\"arguments\":{\"body\":{\"scope\":\"customer.a\"}}}}");
            String token = session.nextMessage().getJsonObject("result").getJsonObject("structuredContent")
                    .getString("access_token");

            await().atMost(PATIENCE).until(() -> !AuditRecords.of(audit).isEmpty());
            assertThat(AuditRecords.of(audit)).singleElement().satisfies(line -> {
                assertThat(summary(line)).isEqualTo("mcp issued 200 customer");
                assertThat(text(line, "token_sha256")).isEqualTo(AuditRecords.hash(token));
            });
        }
    }

    /** Closes the connection after the request, or in its body if a header says that more is to come. */
    private static void hangUp(int port, String path, String body, String... headers) throws IOException {
        int more = String.join("", headers).contains("to come") ? 10 : 0;
        try (Socket socket = new Socket(RawHttp.LOOPBACK, port)) {
            socket.getOutputStream().write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("\r\n", headers)
                    + (headers.length > 0 ? "\r\n" : "") + "Content-Type: application/json\r\nContent-Length: "
                    + (body.length() + more) + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            // The request is being served when the first byte of a response could come.
            socket.setSoTimeout(300);
            try {
                socket.getInputStream().read();
            } catch (java.net.SocketTimeoutException e) {
                // As expected: Lean takes longer.
            }
        }
    }

    @Test
    void lineNamesWhoGotWhichToken() throws IOException {
        start(Map.of());
        String subject = "evil\"},{\"outcome\":\"issued\"\\u0022";
        JsonNode local = lineOf(() -> rest("customer." + CUSTOMER, "Authorization: Bearer " + SECRET));
        assertThat(List.of(text(local, "caller_kind"), text(local, "caller_id"), text(local, "caller_address")))
                .containsExactly("local_client", "payments", "127.0.0.1");
        JsonNode federated = lineOf(() -> rest("api", "Authorization: Bearer " + issuer.token(subject, Map.of())));
        assertThat(List.of(text(federated, "caller_kind"), text(federated, "caller_issuer"), text(federated, "outcome")))
                .containsExactly("issuer", "idp", "issued");
        assertThat(text(federated, "caller_subject")).isEqualTo(subject);
        JsonNode own = lineOf(() -> peers().token(RawHttp.LOOPBACK, "api", ",\"client_id\":\"" + LeanStub.CALLERS_ID
                + "\",\"client_secret\":\"" + LeanStub.CALLERS_SECRET + "\"", "X-Forwarded-For: 192.0.2.1"));
        assertThat(List.of(text(own, "caller_kind"), text(own, "lean_client_id"), text(own, "caller_address")))
                .containsExactly("lean_client", LeanStub.CALLERS_ID, "127.0.0.1");

        RawHttp.Response[] response = new RawHttp.Response[1];
        JsonNode again = lineOf(() -> response[0] = rest("customer." + CUSTOMER));
        JsonObject token = new JsonObject(response[0].body());
        assertThat(text(again, "token_sha256")).isEqualTo(AuditRecords.hash(token.getString("access_token")))
                .isEqualTo(text(local, "token_sha256"));
        assertThat(text(again, "cache_status")).isEqualTo(response[0].headers().get("Cache-Status")).contains("; hit; ");
        assertThat(text(again, "expires_at")).isEqualTo(text(local, "expires_at"));
        assertThat(text(again, "customer_pseudonym")).isEqualTo(text(local, "customer_pseudonym"));
        assertThat(Files.readString(audit)).doesNotContain("never-to-be-seen").doesNotContain(SECRET).doesNotContain(KEY)
                .doesNotContain(CUSTOMER).doesNotContain(token.getString("access_token"));
        assertThat(application.log()).doesNotContain(KEY).doesNotContain(CUSTOMER);
        assertThat(get(application.port(), "/q/metrics").body()).doesNotContain(CUSTOMER);
    }

    @Test
    void pseudonymDependsOnTheKeyAndCanBeSwitchedOff() throws IOException {
        Set<String> pseudonyms = new HashSet<>();
        Path file = Files.writeString(folder.resolve("key"), KEY + "\n");
        for (Map<String, String> setting : List.of(Map.<String, String> of(), Map.of("AUDIT_KEY", "", "AUDIT_KEY_FILE",
                file.toString()))) {
            start(setting);
            pseudonyms.add(text(lineOf(() -> rest("customer." + CUSTOMER)), "customer_pseudonym"));
            application.close();
        }
        assertThat(pseudonyms).as("the same key").hasSize(1);
        for (String key : List.of(KEY.replace('a', 'b'), "", "")) {
            start(Map.of("AUDIT_KEY", key));
            pseudonyms.add(text(lineOf(() -> rest("customer." + CUSTOMER)), "customer_pseudonym"));
            assertThat(application.log().contains("pseudonyms that change with each start")).isEqualTo(key.isEmpty());
            application.close();
        }
        assertThat(pseudonyms).hasSize(4);
        start(Map.of("AUDIT_CUSTOMERS", "plain"));
        assertThat(text(lineOf(() -> rest("customer." + CUSTOMER)), "customer_id")).isEqualTo(CUSTOMER);
    }

    @Test
    void logCategoryGetsTheLines() throws IOException {
        start(Map.of("AUDIT_LOG", "log", "LOG_JSON", "true"));
        rest("everything");

        await().atMost(PATIENCE).until(() -> application.log().contains("dev.leantokens.audit\""));
        JsonObject line = new JsonObject(application.log().lines().filter(each -> each.contains("dev.leantokens.audit\""))
                .findFirst().orElseThrow());
        assertThat(line.getString("level")).isEqualTo("INFO");
        assertThat(summary(AuditRecords.valid(line.getString("message")))).isEqualTo("rest refused invalid_scope 400 other");
    }

    private RawHttp.Response mcp(boolean stateless, String scope, String... headers) {
        return stateless ? peers().statelessCall(RawHttp.LOOPBACK, scope, "", headers)
                : peers().call(RawHttp.LOOPBACK, scope, "", headers);
    }

    private static RawHttp.Response get(int port, String path) {
        return RawHttp.send(RawHttp.LOOPBACK, port,
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }
}
