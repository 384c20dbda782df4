package dev.leantokens.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.OtlpReceiver;
import dev.leantokens.testing.OtlpReceiver.ReceivedSpan;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import io.quarkiverse.mcp.server.test.McpAssured.McpStreamableTestClient;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;

/** The spans of requests and of MCP messages, as a collector receives them. */
@QuarkusTest
@WithTestResource(LeanStub.class)
@WithTestResource(OtlpReceiver.class)
class RequestSpansTest {

    private static final String TOKEN = "/v1/oauth2/token";

    LeanStub lean;
    OtlpReceiver collector;

    /** The trace and the span of this test, as if it were traced itself. */
    private final String trace = random(16);
    private final String caller = random(8);
    private final String traceparent = "traceparent: 00-" + trace + "-" + caller + "-01";

    private static String random(int bytes) {
        byte[] id = new byte[bytes];
        new SecureRandom().nextBytes(id);
        id[0] = 1;
        return HexFormat.of().formatHex(id);
    }

    @BeforeEach
    void reset() {
        lean.reset();
    }

    private RawHttp.Response rest(String path, String body, String... headers) {
        return RawHttp.post(RawHttp.LOOPBACK, RestAssured.port, path, "application/json", body, headers);
    }

    private ReceivedSpan http() {
        return collector.awaitChildOf(caller, span -> !span.attributes().containsKey("mcp.method.name"));
    }

    @Test
    void spanContinuesTheCallersTraceAndHasTheNamesOfTheConventions() {
        rest(TOKEN + "?customer=never-to-be-seen", "{\"scope\":\"api\"}", traceparent);

        ReceivedSpan span = http();
        assertThat(span.name()).isEqualTo("POST /v1/oauth2/token");
        assertThat(span.isServer()).isTrue();
        assertThat(span.isError()).isFalse();
        assertThat(span.traceId()).isEqualTo(trace);
        assertThat(span.attributes()).containsEntry("http.request.method", "POST")
                .containsEntry("http.route", "/v1/oauth2/token")
                .containsEntry("http.response.status_code", "200")
                .containsEntry("url.scheme", "http")
                .containsEntry("server.port", Integer.toString(RestAssured.port))
                .containsEntry("network.protocol.version", "1.1")
                .doesNotContainKeys("url.path", "url.query", "client.address", "user_agent.original", "error.type");
        assertThat(collector.resource()).containsEntry("service.name", "lean-authentication-tokens")
                .containsKeys("service.version", "service.instance.id");
    }

    @Test
    void refusalIsNoErrorOfTheServerAndHasItsReason() {
        rest(TOKEN, "{\"scope\":\"unknown\"}", traceparent);

        ReceivedSpan span = http();
        assertThat(span.isError()).isFalse();
        assertThat(span.attributes()).containsEntry("http.response.status_code", "400")
                .containsEntry("token.error", "invalid_scope").doesNotContainKey("error.type");
    }

    @Test
    void failureOfLeanIsAnErrorOfTheServer() {
        lean.answers(500, "{}");

        rest(TOKEN, "{\"scope\":\"api\"}", traceparent);

        ReceivedSpan span = http();
        assertThat(span.isError()).isTrue();
        assertThat(span.attributes()).containsEntry("error.type", span.attributes().get("http.response.status_code"))
                .containsEntry("http.response.status_code", "503").containsEntry("token.error", "lean_failed");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = { "POST, /never-to-be-seen/a, POST, POST, -",
            "BREW, /v1/oauth2/token, HTTP /v1/oauth2/token, _OTHER, /v1/oauth2/token",
            "GET, /, GET /, GET, /",
            "GET, /.well-known/agent-skills/never-to-be-seen, GET /.well-known/agent-skills, GET, /.well-known/agent-skills" })
    void whatCallersChooseIsNeitherInTheNameNorInAnAttribute(String method, String path, String name, String attribute,
            String route) {
        RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + traceparent
                + "\r\nConnection: close\r\n\r\n");

        ReceivedSpan span = http();
        assertThat(span.name()).isEqualTo(name);
        assertThat(span.attributes()).contains(entry("http.request.method", attribute));
        assertThat(span.attributes().get("http.route")).isEqualTo(route);
        assertThat(span.attributes().values()).noneMatch(value -> value.contains("never-to-be-seen"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "/q/health/ready", "/q/health/live", "/q/metrics", "/q/openapi" })
    void probesAndScrapesAreNotTraced(String path) {
        RestAssured.given().header("traceparent", "00-" + trace + "-" + caller + "-01").get(path);
        String later = random(8);
        rest(TOKEN, "{\"scope\":\"api\"}", "traceparent: 00-" + trace + "-" + later + "-01");

        collector.awaitChildOf(later, span -> true);
        assertThat(collector.spans()).noneMatch(span -> span.parent().equals(caller));
    }

    @ParameterizedTest
    @ValueSource(strings = { "00-%s-%s", "ff-%s-%s-01", "00-%s-%s-0g", "00-00000000000000000000000000000000-%2$s-01",
            "00-%s-0000000000000000-01", "never-to-be-seen" })
    void malformedTraceContextIsIgnored(String malformed) {
        String customer = random(8);
        rest(TOKEN, "{\"scope\":\"unknown " + customer + "\"}", "traceparent: " + malformed.formatted(trace, caller),
                "tracestate: =never-to-be-seen");
        rest(TOKEN, "{\"scope\":\"api\"}", traceparent);

        http();
        assertThat(collector.spans()).filteredOn(span -> span.parent().equals(caller) && span.isServer()).hasSize(1);
    }

    @Test
    void callerThatDoesNotSampleIsFollowed() {
        rest(TOKEN, "{\"scope\":\"api\"}", "traceparent: 00-" + trace + "-" + caller + "-00");
        String later = random(8);
        rest(TOKEN, "{\"scope\":\"api\"}", "traceparent: 00-" + random(16) + "-" + later + "-01");

        collector.awaitChildOf(later, span -> true);
        assertThat(collector.spans()).noneMatch(span -> span.traceId().equals(trace));
    }

    private StatelessMcp stateless() {
        return new StatelessMcp(lean.mcpPort());
    }

    /** A call of the tool, in a session and without one. */
    private void callInBothEras(String scope, JsonObject meta, String header) {
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort(),
                MultiMap.caseInsensitiveMultiMap().add("traceparent", header))) {
            client.when().toolsCall(McpCalls.TOOL).withArguments(Map.of("body", Map.of("scope", scope)))
                    .withMetadata(meta.getMap()).send().thenAssertResults();
        }
        JsonObject request = StatelessMcp.request("tools/call", new JsonObject().put("name", McpCalls.TOOL)
                .put("arguments", new JsonObject().put("body", new JsonObject().put("scope", scope))));
        request.getJsonObject("params").getJsonObject("_meta").mergeIn(meta);
        stateless().post(RawHttp.LOOPBACK, request.encode(), StatelessMcp.VERSION_HEADER, "Mcp-Method: tools/call",
                "Mcp-Name: " + McpCalls.TOOL, "traceparent: " + header);
    }

    /** @return the spans of calls in both eras, that in the session first */
    private List<ReceivedSpan> calls() {
        return List.of("2025-", "2026-").stream()
                .map(revision -> collector.await(span -> span.attributes().getOrDefault("mcp.protocol.version", "")
                        .startsWith(revision) && span.name().startsWith("tools/call")
                        && span.traceId().equals(trace)))
                .toList();
    }

    @Test
    void callOfTheToolHasTheSameSpanInBothEras() {
        callInBothEras("api", new JsonObject(), "00-" + trace + "-" + caller + "-01");

        List<ReceivedSpan> calls = calls();
        assertThat(calls).allSatisfy(span -> {
            assertThat(span.name()).isEqualTo("tools/call lean-generate-access-token");
            assertThat(span.isServer()).isTrue();
            assertThat(span.isError()).isFalse();
            assertThat(span.links()).isEmpty();
            ReceivedSpan http = collector.await(each -> each.id().equals(span.parent()));
            assertThat(http.name()).isEqualTo("POST /mcp");
            assertThat(http.parent()).isEqualTo(caller);
            Map<String, String> attributes = span.attributes();
            assertThat(attributes.remove("mcp.protocol.version")).isIn("2025-11-25", "2026-07-28");
            // Those of tokens are tested where they are set.
            attributes.keySet().removeIf(name -> name.startsWith("token."));
            assertThat(attributes).containsExactly(entry("gen_ai.operation.name", "execute_tool"),
                    entry("gen_ai.tool.name", "lean-generate-access-token"), entry("mcp.method.name", "tools/call"),
                    entry("network.protocol.name", "http"), entry("network.transport", "tcp"));
        });
    }

    @Test
    void refusedCallOfTheToolIsAToolErrorInBothEras() {
        callInBothEras("unknown", new JsonObject(), "00-" + trace + "-" + caller + "-01");

        assertThat(calls()).allSatisfy(span -> {
            assertThat(span.isError()).isTrue();
            assertThat(span.attributes()).containsEntry("error.type", "tool_error")
                    .containsEntry("token.error", "invalid_scope").doesNotContainKey("rpc.response.status_code");
            assertThat(collector.await(each -> each.id().equals(span.parent())).isError()).isFalse();
        });
    }

    /** SEP-414. */
    @Test
    void traceContextOfTheMessagePrecedesThatOfTheRequestInBothEras() {
        String ofRequest = random(16);
        callInBothEras("api", new JsonObject().put("traceparent", "00-" + trace + "-" + caller + "-01"),
                "00-" + ofRequest + "-" + random(8) + "-01");

        assertThat(calls()).allSatisfy(span -> {
            assertThat(span.parent()).isEqualTo(caller);
            assertThat(span.links()).singleElement().satisfies(link -> {
                ReceivedSpan http = collector.await(each -> each.id().equals(link));
                assertThat(http.name()).isEqualTo("POST /mcp");
                assertThat(http.traceId()).isEqualTo(ofRequest);
            });
        });
    }

    @Test
    void errorOfTheProtocolHasItsCodeInBothEras() {
        String header = "00-" + trace + "-" + caller + "-01";
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort(),
                MultiMap.caseInsensitiveMultiMap().add("traceparent", header))) {
            client.when().toolsCall("never-to-be-seen").withErrorAssert(error -> {
            }).send().thenAssertResults();
        }
        stateless().send("tools/call", new JsonObject().put("name", "never-to-be-seen"), "traceparent: " + header);

        assertThat(calls()).allSatisfy(span -> {
            assertThat(span.name()).isEqualTo("tools/call");
            assertThat(span.attributes()).containsEntry("rpc.response.status_code", "-32602")
                    .containsEntry("error.type", "-32602").doesNotContainKey("gen_ai.tool.name");
        });
    }

    @Test
    void handshakeAndListsHaveSpansWithoutTheSession() {
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort(),
                MultiMap.caseInsensitiveMultiMap().add("traceparent", "00-" + trace + "-" + caller + "-01"))) {
            client.when().toolsList(page -> {
            }).thenAssertResults();
        }

        for (String method : List.of("initialize", "tools/list")) {
            ReceivedSpan span = collector.await(each -> each.name().equals(method) && each.traceId().equals(trace));
            assertThat(span.isError()).as(method).isFalse();
            assertThat(span.attributes()).containsOnlyKeys("mcp.method.name", "mcp.protocol.version", "network.protocol.name",
                    "network.transport");
        }
    }
}
