package dev.leantokens.packaged;

import static dev.leantokens.testing.AuditRecords.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.AuditRecords;
import dev.leantokens.testing.KeptConnection;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import io.vertx.core.json.JsonObject;

/** Of 10,000 requests over many connections, each one has exactly one line, with the token that it got. */
class AuditLoadIT {

    private static final int CONNECTIONS = 20;
    private static final int REQUESTS = 10_000;
    private static final int CUSTOMERS = 25;

    private static final Pattern TOKEN = Pattern.compile("access_token[\\\\]*\":[\\\\]*\"([^\"\\\\]+)");

    @TempDir
    Path folder;

    private final LeanStub lean = new LeanStub();

    @BeforeEach
    void start() {
        lean.start();
        lean.givesTokensOfTheirOwn(3600);
    }

    @AfterEach
    void stop() {
        lean.stop();
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void linesMatchTheResponsesOneByOne(boolean required) {
        Path audit = folder.resolve("audit.jsonl");
        List<String> account;
        try (PackagedApplication application = PackagedApplication.start(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID,
                "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(), "LEAN_REQUESTS_PER_MINUTE", "100000",
                "AUDIT_LOG", audit.toString(), "AUDIT_REQUIRED", Boolean.toString(required)))) {
            ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
            try {
                List<CompletableFuture<List<String>>> all = new ArrayList<>();
                for (int i = 0; i < CONNECTIONS; i++) {
                    int connection = i;
                    all.add(CompletableFuture.supplyAsync(() -> switch (connection % 4) {
                        case 0 -> inSession(application.mcpPort());
                        case 1 -> withoutHandshake(application.mcpPort());
                        default -> rest(application.port());
                    }, threads));
                }
                account = all.stream().flatMap(one -> one.join().stream()).toList();
            } finally {
                threads.shutdownNow();
            }
            application.terminate();
            application.exitCode();
        }

        List<String> lines = AuditRecords.of(audit).stream().map(line -> Stream.of("adapter", "outcome", "reason",
                "token_sha256").map(member -> text(line, member)).filter(value -> !value.isEmpty())
                .collect(Collectors.joining(" "))).toList();
        assertThat(account).hasSize(REQUESTS);
        assertThat(counts(lines)).isEqualTo(counts(account));
    }

    private static Map<String, Long> counts(List<String> ends) {
        return ends.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private static List<String> rest(int port) {
        return requests(new KeptConnection(RawHttp.LOOPBACK, port), "rest",
                scope -> post("/v1/oauth2/token", new JsonObject().put("scope", scope)));
    }

    private static List<String> withoutHandshake(int port) {
        return requests(new KeptConnection(RawHttp.LOOPBACK, port), "mcp",
                scope -> post("/mcp", StatelessMcp.request("tools/call", call(scope)), StatelessMcp.VERSION_HEADER,
                        "Mcp-Method: tools/call", "Mcp-Name: " + McpCalls.TOOL));
    }

    private static List<String> inSession(int port) {
        KeptConnection connection = new KeptConnection(RawHttp.LOOPBACK, port);
        String session = "Mcp-Session-Id: " + connection.send(post("/mcp", rpc("initialize", new JsonObject()
                .put("protocolVersion", "2025-11-25").put("capabilities", new JsonObject())
                .put("clientInfo", new JsonObject().put("name", "load").put("version", "1"))))).response().headers()
                .get("Mcp-Session-Id");
        JsonObject initialized = new JsonObject().put("jsonrpc", "2.0").put("method", "notifications/initialized");
        connection.send(post("/mcp", initialized, session)).response();
        return requests(connection, "mcp", scope -> post("/mcp", rpc("tools/call", call(scope)), session));
    }

    /** Every tenth request is refused. */
    private static List<String> requests(KeptConnection connection, String adapter, Function<String, String> request) {
        List<String> ends = new ArrayList<>();
        try (connection) {
            for (int i = 0; i < REQUESTS / CONNECTIONS; i++) {
                String scope = i % 10 == 9 ? "everything" : "customer." + i % CUSTOMERS;
                String body = connection.send(request.apply(scope)).response().body();
                Matcher token = TOKEN.matcher(body);
                ends.add(adapter + (token.find() ? " issued " + AuditRecords.hash(token.group(1))
                        : body.contains("invalid_scope") ? " refused invalid_scope" : " " + body));
            }
        }
        return ends;
    }

    private static JsonObject call(String scope) {
        return new JsonObject().put("name", McpCalls.TOOL).put("arguments",
                new JsonObject().put("body", new JsonObject().put("scope", scope)));
    }

    private static JsonObject rpc(String method, JsonObject params) {
        return new JsonObject().put("jsonrpc", "2.0").put("id", 1).put("method", method).put("params", params);
    }

    private static String post(String path, JsonObject body, String... headers) {
        String text = body.encode();
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Accept: application/json, text/event-stream\r\n" + Stream.of(headers).map(header -> header + "\r\n")
                        .collect(Collectors.joining())
                + "Content-Length: " + text.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + text;
    }
}
