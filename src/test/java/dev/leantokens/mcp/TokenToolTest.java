package dev.leantokens.mcp;

import static dev.leantokens.testing.LeanStub.CALLERS_ID;
import static dev.leantokens.testing.LeanStub.CALLERS_SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Metrics;
import dev.leantokens.testing.OfficialClient;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Resource;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.quarkiverse.mcp.server.ToolResponse;
import io.quarkiverse.mcp.server.test.McpAssured;
import io.quarkiverse.mcp.server.test.McpAssured.ConnectFailureResponse;
import io.quarkiverse.mcp.server.test.McpAssured.McpSseTestClient;
import io.quarkiverse.mcp.server.test.McpAssured.McpStreamableTestClient;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

@QuarkusTest
@WithTestResource(LeanStub.class)
class TokenToolTest {

    private static final String ACCEPT = "Accept: application/json, text/event-stream";
    private static final String CALL = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\""
            + McpCalls.TOOL + "\",\"arguments\":{\"body\":{\"scope\":\"api\"}}}}";
    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
            + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    @Test
    void serverIntroducesItself() {
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            assertThat(client.initResult().serverName()).isEqualTo("lean-authentication-tokens");
            assertThat(client.initResult().serverTitle()).isEqualTo("Lean Authentication Tokens");
            assertThat(client.initResult().serverVersion()).isNotBlank();
            assertThat(client.initResult().instructions()).contains(McpCalls.TOOL, "customer.<customer_id>");
        }
    }

    @Test
    void onlySupportedCapabilitiesAreAnnounced() {
        JsonObject result = new JsonObject(post(INITIALIZE).body()).getJsonObject("result");
        assertThat(result.getJsonObject("capabilities")).isEqualTo(McpCalls.CAPABILITIES);
        assertThat(result.getString("protocolVersion")).isEqualTo("2025-06-18");
        assertThat(result.getJsonObject("serverInfo").getString("description")).isNotBlank();

        try (McpSseTestClient sse = sseClient()) {
            assertThat(sse.initResult().capabilities()).extracting("name").containsExactlyInAnyOrderElementsOf(
                    McpCalls.CAPABILITIES.fieldNames());
            assertThat(sse.initResult().capabilities()).allSatisfy(capability -> assertThat(capability.properties())
                    .isEqualTo(McpCalls.CAPABILITIES.getJsonObject(capability.name()).getMap()));
        }
    }

    @Test
    void unknownRevisionIsAnsweredWithTheNewest() {
        JsonObject result = new JsonObject(post(INITIALIZE.replace("2025-06-18", "2020-01-01")).body())
                .getJsonObject("result");

        assertThat(result.getString("protocolVersion")).isEqualTo("2025-11-25");
    }

    @Test
    void sessionIsInitializedOnlyOnce() {
        String session = initialized();

        RawHttp.Response again = post(INITIALIZE, "Mcp-Session-Id: " + session);

        assertThat(new JsonObject(again.body()).getJsonObject("error").getInteger("code")).isEqualTo(-32601);
    }

    @Test
    void toolIsDescribed() {
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            client.when().toolsList(page -> {
                assertThat(page.size()).isEqualTo(1);
                McpAssured.ToolInfo tool = page.findByName(McpCalls.TOOL);
                assertThat(tool.title()).isEqualTo("Lean Generate Access Token");
                assertThat(tool.description()).startsWith("Lean Generate Access Token");
                assertThat(tool.annotations()).hasValueSatisfying(hints -> {
                    assertThat(hints.title()).isEqualTo("Lean Generate Access Token");
                    assertThat(hints.readOnlyHint()).isFalse();
                    assertThat(hints.destructiveHint()).isFalse();
                    assertThat(hints.idempotentHint()).isTrue();
                    assertThat(hints.openWorldHint()).isTrue();
                });
                assertInputSchema(tool.inputSchema());
                assertOutputSchema(tool.outputSchema());
            }).thenAssertResults();
        }
    }

    private static void assertInputSchema(JsonObject schema) {
        assertThat(schema.getString("type")).isEqualTo("object");
        assertThat(schema.getJsonArray("required")).containsExactly("body");
        assertThat(schema.getJsonObject("properties").fieldNames()).containsExactly("body");
        JsonObject body = schema.getJsonObject("properties").getJsonObject("body");
        assertThat(body.getString("type")).isEqualTo("object");
        // Clients may have a default scope, and the schema is the same for all.
        assertThat(body.containsKey("required")).isFalse();
        assertThat(body.getJsonObject("properties").fieldNames())
                .containsExactly("scope", "grant_type", "client_id", "client_secret");
        JsonObject scope = body.getJsonObject("properties").getJsonObject("scope");
        assertThat(scope.getString("type")).isEqualTo("string");
        Pattern pattern = Pattern.compile(scope.getString("pattern"));
        assertThat(scope.getString("description")).contains("\"api\"", "\"customer.");
        Pattern.compile("\"([^\"<\\s]+)\"").matcher(scope.getString("description")).results()
                .forEach(example -> assertThat(example.group(1)).matches(pattern));
        // Some model APIs refuse the keyword.
        assertThat(schema.encode()).doesNotContain("examples");
        assertThat(pattern.matcher("payments").find()).isFalse();
        assertThat(pattern.matcher("customer.").find()).isFalse();
        JsonObject secret = body.getJsonObject("properties").getJsonObject("client_secret");
        assertThat(secret.getString("description")).contains("Leave it out");
        assertThat(secret.getString("format")).isEqualTo("password");
    }

    private static void assertOutputSchema(JsonObject schema) {
        assertThat(schema.getString("type")).isEqualTo("object");
        assertThat(schema.getJsonArray("required")).containsExactly("access_token", "token_type");
        assertThat(schema.getJsonObject("properties").fieldNames())
                .contains("access_token", "token_type", "expires_in", "scope");
        assertThat(schema.encode()).doesNotContain("examples");
    }

    @Test
    void tokenIsReturnedAsTextAndAsStructuredContent() {
        String body = "{\"access_token\":\"a.b.c\",\"scope\":\"api\",\"token_type\":\"Bearer\",\"expires_in\":3599,\"x\":{\"y\":1}}";
        lean.answers(200, body);

        ToolResponse response = McpCalls.call(lean.mcpPort(), Map.of("scope", "api"));

        assertThat(response.isError()).isFalse();
        assertThat(response.content()).hasSize(1);
        assertThat(response.firstContent().asText().text()).isEqualTo(body);
        assertThat(JsonObject.mapFrom(response.structuredContent())).isEqualTo(new JsonObject(body));
        assertThat(lean.onlyRequest().formParameter("client_id").firstValue()).isEqualTo(LeanStub.CLIENT_ID);
        assertThat(lean.onlyRequest().formParameter("scope").firstValue()).isEqualTo("api");
    }

    /** Several hosts send it like this, despite the schema. */
    @Test
    void argumentMayBeTheObjectAsAString() {
        String text = "{\"scope\":\"customer.1\",\"client_id\":null,\"x\":[{}]}";

        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            ToolResponse response = McpCalls.call(client, Map.of("body", text));

            assertThat(response.isError()).as(McpCalls.textOf(response).encode()).isFalse();
        }
        assertThat(lean.onlyRequest().formParameter("scope").firstValue()).isEqualTo("customer.1");
    }

    @Test
    void olderSseTransportIsSupported() {
        try (McpSseTestClient client = sseClient()) {
            client.when().toolsCall(McpCalls.TOOL, Map.of("body", Map.of("scope", "api")), response -> {
                assertThat(response.isError()).isFalse();
                assertThat(McpCalls.textOf(response).getString("access_token")).isEqualTo(LeanStub.TOKEN);
                assertThat(JsonObject.mapFrom(response.structuredContent())).isEqualTo(McpCalls.textOf(response));
            }).thenAssertResults();
        }
    }

    @Test
    void credentialsInTheBodyAreSentToLean() {
        McpCalls.call(lean.mcpPort(), Map.of("scope", "api", "client_id", CALLERS_ID, "client_secret", CALLERS_SECRET));

        assertThat(lean.onlyRequest().formParameter("client_id").firstValue()).isEqualTo(CALLERS_ID);
        assertThat(lean.onlyRequest().formParameter("client_secret").firstValue()).isEqualTo(CALLERS_SECRET);
    }

    @Test
    void credentialsInTheHeaderAreSentToLean() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Authorization", basic(CALLERS_ID, CALLERS_SECRET));
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort(), headers)) {
            McpCalls.call(client, Map.of("body", Map.of("scope", "api")));
        }

        assertThat(lean.onlyRequest().formParameter("client_id").firstValue()).isEqualTo(CALLERS_ID);
    }

    @ParameterizedTest
    @CsvSource({ "payments, secret", "stand-in, secret" })
    void unknownClientInTheHeaderIsRefused(String id, String secret) {
        assertRefused(MultiMap.caseInsensitiveMultiMap().add("Authorization", basic(id, secret)));
    }

    @Test
    void unknownBearerTokenIsRefused() {
        assertRefused(MultiMap.caseInsensitiveMultiMap().add("Authorization", "Bearer abc"));
    }

    private void assertRefused(MultiMap headers) {
        AtomicReference<ConnectFailureResponse> refusal = new AtomicReference<>();
        McpAssured.newStreamableClient().setBaseUri(URI.create("http://localhost:" + lean.mcpPort())).setMcpPath("/mcp")
                .setAdditionalHeaders(message -> headers).setExpectConnectFailure(refusal::set).build().connect();

        assertThat(refusal.get().statusCode()).isEqualTo(401);
        assertThat(refusal.get().headers()).containsKey("www-authenticate");
        assertThat(lean.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{}                                                            | invalid_scope",
            "{\"body\":null}                                               | invalid_scope",
            "{\"body\":\"api\"}                                            | invalid_request",
            "{\"body\":\"\"}                                               | invalid_request",
            "{\"body\":\"null\"}                                           | invalid_request",
            "{\"body\":\"[{\\\"scope\\\":\\\"api\\\"}]\"}                  | invalid_request",
            "{\"body\":\"\\\"{}\\\"\"}                                     | invalid_request",
            "{\"body\":\"{\\\"scope\\\":\\\"api\\\"\"}                     | invalid_request",
            "{\"body\":\"{'scope':'api'}\"}                                | invalid_request",
            "{\"body\":\"{\\\"scope\\\":\\\"api\\\"} //\"}                 | invalid_request",
            "{\"body\":\"{\\\"scope\\\":\\\"api\\\"}{}\"}                  | invalid_request",
            "{\"body\":\"{\\\"scope\\\":\\\"api\\\",\\\"scope\\\":\\\"api\\\"}\"} | invalid_request",
            "{\"body\":\"{\\\"scope\\\":7}\"}                              | invalid_request",
            "{\"body\":\"{\\\"scope\\\":\\\"payments\\\"}\"}               | invalid_scope",
            "{\"body\":7}                                                  | invalid_request",
            "{\"body\":[]}                                                 | invalid_request",
            "{\"body\":true}                                               | invalid_request",
            "{\"scope\":\"api\"}                                           | invalid_request",
            "{\"scope\":\"api\",\"body\":null}                             | invalid_request",
            "{\"body\":{}}                                                 | invalid_scope",
            "{\"body\":{\"scope\":null}}                                   | invalid_scope",
            "{\"body\":{\"scope\":7}}                                      | invalid_request",
            "{\"body\":{\"scope\":[\"api\"]}}                              | invalid_request",
            "{\"body\":{\"scope\":{\"a\":1}}}                              | invalid_request",
            "{\"body\":{\"scope\":\"api\",\"client_id\":\"x\"}}            | invalid_request",
            "{\"body\":{\"scope\":\"api\",\"client_id\":7,\"client_secret\":\"x\"}} | invalid_request",
            "{\"body\":{\"scope\":\"api customer.1\"}}                     | invalid_scope",
            "{\"body\":{\"scope\":\"payments\"}}                           | invalid_scope",
            "{\"body\":{\"scope\":\"api\",\"grant_type\":\"password\"}}    | unsupported_grant_type",
            "{\"body\":{\"scope\":\"api\",\"client_id\":\"payments\",\"client_secret\":\"x\"}} | invalid_client",
    })
    void invalidArgumentsReturnOnlyTheError(String arguments, String error) {
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            ToolResponse response = McpCalls.call(client, new JsonObject(arguments).getMap());

            assertThat(response.isError()).isTrue();
            assertThat(response.structuredContent()).isNull();
            assertThat(response.content()).hasSize(1);
            assertThat(McpCalls.textOf(response).getString("error")).isEqualTo(error);
            assertThat(McpCalls.textOf(response).fieldNames()).isEqualTo(Set.of("error", "error_description"));
        }
        assertThat(lean.requests()).isEmpty();
    }

    /** The handshake announces none. The extension would keep each one, including repeated ones. */
    @ParameterizedTest
    @ValueSource(strings = { "resources/subscribe", "resources/unsubscribe" })
    void subscriptionsAreNotSupported(String method) {
        String session = "Mcp-Session-Id: " + initialized();
        String message = "\"method\":\"" + method + "\",\"params\":{\"uri\":\"skill://lean-generate-access-token/SKILL.md\"}}";

        RawHttp.Response request = post("{\"jsonrpc\":\"2.0\",\"id\":7," + message, session);

        assertThat(new JsonObject(request.body()).getInteger("id")).isEqualTo(7);
        assertThat(new JsonObject(request.body()).getJsonObject("error").getInteger("code")).isEqualTo(-32601);
        assertThat(post("{\"jsonrpc\":\"2.0\"," + message, session).status()).isEqualTo(202);
    }

    /** The extension would answer it, with the id null. */
    @ParameterizedTest
    @ValueSource(strings = { "tools/list", "resources/list", "ping", "roots/list", "nothing",
            "notifications/nothing" })
    void messageWithoutAnIdIsNotAnswered(String method) {
        String session = "Mcp-Session-Id: " + initialized();

        for (String id : List.of("", "\"id\":null,")) {
            RawHttp.Response response = post("{\"jsonrpc\":\"2.0\"," + id + "\"method\":\"" + method + "\"}", session);

            assertThat(response.status()).as(response.body()).isEqualTo(202);
            assertThat(response.body()).isEmpty();
        }
    }

    @Test
    void callWithoutAnIdIssuesNoToken() {
        assertThat(post(CALL.replace("\"id\":2,", ""), "Mcp-Session-Id: " + initialized()).status()).isEqualTo(202);
        assertThat(lean.requests()).isEmpty();
    }

    /** The extension would not answer it. */
    @ParameterizedTest
    @ValueSource(strings = { "initialized", "cancelled", "progress" })
    void notificationWithAnIdIsAnUnknownMethod(String name) {
        RawHttp.Response response = post("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"notifications/" + name + "\"}",
                "Mcp-Session-Id: " + initialized());

        assertThat(new JsonObject(response.body()).getInteger("id")).isEqualTo(7);
        assertThat(new JsonObject(response.body()).getJsonObject("error").getInteger("code")).isEqualTo(-32601);
    }

    /** The extension would open a session that counts towards no limit. */
    @ParameterizedTest
    @ValueSource(strings = { "", "\"id\":null,", "\"id\":1,\"result\":{}," })
    void onlyARequestToInitializeStartsASession(String instead) {
        Metrics before = Metrics.scrape();

        RawHttp.Response response = post(INITIALIZE.replace("\"id\":1,", instead));

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.headers()).doesNotContainKey("Mcp-Session-Id");
        assertThat(Metrics.scrape().value("mcp_server_connections_active"))
                .isEqualTo(before.value("mcp_server_connections_active"));
    }

    @Test
    void unknownToolIsAProtocolError() {
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            client.when().toolsCall("nothing").withErrorAssert(e -> assertThat(e.code()).isEqualTo(-32602)).send()
                    .thenAssertResults();
        }
    }

    /** Every message without a session gets a JSON response. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "                                                                         | 400 | -32700",
            "{                                                                        | 400 | -32700",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"x\",\"arguments\":\"y\"}} | 400 | -32602",
            "[]                                                                       | 400 | -32600",
            "[7]                                                                      | 400 | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}                 | 400 | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"nothing\"}                    | 400 | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}                 | 400 | -32602",
    })
    void malformedMessageGetsAJsonRpcError(String body, int status, int code) {
        RawHttp.Response response = post(body == null ? "" : body);

        assertThat(response.status()).as(response.body()).isEqualTo(status);
        assertThat(new JsonObject(response.body()).getJsonObject("error").getInteger("code")).isEqualTo(code);
    }

    /** Every response to a single message is JSON, so clients need not accept another type. */
    @ParameterizedTest
    @ValueSource(strings = { "X-No-Accept: x", "Accept:", "Accept: */*", "Accept: application/json", "Accept: application/*",
            "Accept: APPLICATION/JSON; charset=utf-8;q=0.1", "Accept: text/html, */*;q=0.8",
            "Accept: text/event-stream, application/json", "Accept: application/*;q=0, application/json",
            "Accept: text/event-stream\r\nAccept: application/json", "Accept: application/json, text/event-stream;q=0" })
    void clientThatAcceptsJsonIsServed(String accept) {
        RawHttp.Response initialized = raw(INITIALIZE, accept);
        String session = "Mcp-Session-Id: " + initialized.headers().get("Mcp-Session-Id");

        RawHttp.Response called = raw(CALL, accept, session);

        assertThat(initialized.status()).as(initialized.body()).isEqualTo(200);
        assertThat(called.headers()).containsEntry("Content-Type", "application/json");
        assertThat(new JsonObject(called.body()).getJsonObject("result").encode()).contains(LeanStub.TOKEN);
        assertThat(raw("[" + CALL + "]", accept, session).headers()).containsEntry("Content-Type", "application/json");
        assertThat(new StatelessMcp(lean.mcpPort()).accepting(accept).call(RawHttp.LOOPBACK, "api", "").body())
                .contains(LeanStub.TOKEN);
    }

    @ParameterizedTest
    @ValueSource(strings = { "Accept: text/html", "Accept: text/event-stream", "Accept: application/json;q=0",
            "Accept: */*, application/json;q=0", "Accept: application/*;q=0.000, */*", "Accept: application/json; Q=0.0",
            "Accept: */*;q=0", "Accept: application/jsonp, application/json-seq", "Accept: json", "Accept: ;" })
    void clientThatExcludesJsonIsRefused(String accept) {
        RawHttp.Response response = raw(INITIALIZE, accept);

        assertThat(response.status()).isEqualTo(406);
        assertThat(response.body()).contains("application/json");
        assertThat(new StatelessMcp(lean.mcpPort()).accepting(accept).call(RawHttp.LOOPBACK, "api", "").status())
                .isEqualTo(406);
    }

    /** The extension encodes a single call as bytes and a batch as text; this service answers calls without a session. */
    @ParameterizedTest
    @ValueSource(strings = { "{\"access_token\":\"a.b.c\",\"token_type\":\"Bearer\"}",
            "{\"access_token\":\"a\\\"\\\\/\\n\\u0000\\u2028é€𝄞\",\"token_type\":\"Bearer\",\"x\":[1.10,1e300,12345678901234567890,{\"\":null}]}" })
    void resultIsTheTokenInEachEncoding(String token) {
        lean.answers(200, token);
        String session = "Mcp-Session-Id: " + initialized();

        Stream<String> responses = Stream.concat(Stream.of(CALL, "[" + CALL + "]").map(body -> post(body, session).body()),
                post("[" + CALL + "," + CALL + "]", session).body().lines().filter(line -> line.startsWith("data: "))
                        .map(line -> line.substring("data: ".length())));
        JsonObject stateless = StatelessMcp.result(new StatelessMcp(lean.mcpPort()).call(RawHttp.LOOPBACK, "api", ""));

        String text = stateless.getJsonArray("content").getJsonObject(0).getString("text");
        assertThat(new JsonObject(text)).isEqualTo(new JsonObject(token));
        JsonObject result = new JsonObject().put("isError", false)
                .put("content", new JsonArray().add(new JsonObject().put("text", text).put("type", "text")))
                .put("structuredContent", new JsonObject(text));
        stateless.remove("_meta");
        stateless.remove("resultType");
        assertThat(stateless).isEqualTo(result);
        assertThat(responses).hasSize(4).allSatisfy(response -> {
            assertThat(new JsonObject(response))
                    .isEqualTo(new JsonObject().put("jsonrpc", "2.0").put("id", 2).put("result", result));
            assertThat(response).endsWith(",\"structuredContent\":" + text + "}}");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = { "{\"body\":{\"scope\":\"api\"}}", "{\"body\":\"{\\\"scope\\\":\\\"api\\\"}\"}",
            "{\"body\":{\"scope\":\"é€\"}}", "{\"body\":{}}", "{\"body\":[]}", "{\"body\":null}", "{\"scope\":\"api\"}",
            "{}" })
    void callIsAnsweredAsWithoutASession(String arguments) {
        lean.answers(200, "{\"access_token\":\"a.b.c\",\"token_type\":\"Bearer\"}");
        String call = CALL.replace("{\"body\":{\"scope\":\"api\"}}", arguments);
        JsonObject params = new JsonObject(call).getJsonObject("params");

        JsonObject result = new JsonObject(post(call, "Mcp-Session-Id: " + initialized()).body()).getJsonObject("result");

        assertThat(StatelessMcp.result(new StatelessMcp(lean.mcpPort()).send("tools/call", params)).getMap())
                .containsAllEntriesOf(result.getMap());
    }

    /** The client need not have sent {@code notifications/initialized}. */
    @Test
    void sessionIsServedOnceItIsInitialized() {
        assertThat(post(CALL, "Mcp-Session-Id: " + initialized()).body()).contains(LeanStub.TOKEN);
    }

    @Test
    void messageWithAResultIsNoCall() {
        RawHttp.Response response = post(CALL.replace("\"id\":2", "\"id\":2,\"result\":{}"),
                "Mcp-Session-Id: " + initialized());

        assertThat(response.status()).isEqualTo(202);
        assertThat(lean.requests()).isEmpty();
    }

    @Test
    void callWithAMalformedRevisionIsRefused() {
        assertThat(post(CALL, "Mcp-Session-Id: " + initialized(), "Mcp-Protocol-Version: ").status()).isEqualTo(400);
    }

    /** Only the response to a batch is an event stream. */
    @Test
    void batchRequiresThatEventStreamsAreAccepted() {
        String session = "Mcp-Session-Id: " + initialized();
        String batch = "[" + CALL + "," + CALL.replace("\"id\":2", "\"id\":3") + "]";

        RawHttp.Response refused = raw(batch, "Accept: application/json", session);
        assertThat(refused.status()).isEqualTo(406);
        assertThat(refused.headers()).containsEntry("Content-Type", "application/json");
        assertThat(refused.body()).contains("text/event-stream");
        assertThat(lean.requests()).isEmpty();
        assertThat(raw(batch, "Accept: */*", session).headers()).containsEntry("Content-Type", "text/event-stream");
    }

    @Test
    void otherMediaTypeIsUnsupported() {
        RawHttp.Response response = RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp", "text/plain", "{}",
                "Accept: application/json, text/event-stream");

        assertThat(response.status()).isEqualTo(415);
    }

    @ParameterizedTest
    @CsvSource({ "application/jsonp", "application/json-patch+json", "text/json", "application" })
    void mediaTypeThatOnlyStartsLikeJsonIsUnsupported(String type) {
        assertThat(RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp", type, "{}",
                "Accept: application/json, text/event-stream").status()).isEqualTo(415);
    }

    @Test
    void mediaTypesAreCaseInsensitive() {
        RawHttp.Response response = RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp", "Application/JSON",
                INITIALIZE, "Accept: Text/Event-Stream;q=0.5, APPLICATION/JSON");

        assertThat(response.status()).isEqualTo(200);
    }

    @Test
    void responseWithATokenIsNotCached() {
        RawHttp.Response called = post(CALL, "Mcp-Session-Id: " + initialized());

        assertThat(called.body()).contains(LeanStub.TOKEN);
        assertThat(called.headers()).containsEntry("Cache-Control", "no-store");
    }

    @Test
    void unknownSessionIsNotFoundSoThatTheClientInitializesAgain() {
        RawHttp.Response response = post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", "Mcp-Session-Id: unknown");

        assertThat(response.status()).isEqualTo(404);
        assertThat(response.body()).contains("initialize");
    }

    @Test
    void largeMessageIsRefused() {
        RawHttp.Response response = post("x".repeat(20_000));

        assertThat(response.status()).isEqualTo(413);
        assertThat(response.body()).contains("\"error\":\"invalid_request\"");
    }

    @Test
    void encodedMessageIsUnsupported() {
        RawHttp.Response response = post(INITIALIZE, "Accept: application/json, text/event-stream", "Content-Encoding: gzip");

        assertThat(response.status()).isEqualTo(415);
        assertThat(response.headers()).containsEntry("Accept-Encoding", "identity").containsEntry("Cache-Control", "no-store");
        assertThat(response.body()).startsWith("{\"error\":\"invalid_request\"");
        assertThat(post(INITIALIZE, "Accept: application/json, text/event-stream", "Content-Encoding: identity").status())
                .isEqualTo(200);
    }

    @Test
    void sessionOfTheOtherTransportIsNotFound() {
        try (McpSseTestClient sse = sseClient()) {
            String id = sse.messageEndpoint().getPath().replaceFirst(".*/", "");
            String session = initialized();
            String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

            assertThat(post(ping, "Mcp-Session-Id: " + id).status())
                    .isEqualTo(404);
            assertThat(RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp/messages/" + session, "application/json", ping)
                    .status()).isEqualTo(404);
            assertThat(RawHttp.send(RawHttp.LOOPBACK, lean.mcpPort(), "GET /mcp HTTP/1.1\r\nHost: localhost\r\n"
                    + "Mcp-Session-Id: " + id + "\r\nConnection: close\r\n\r\n").status()).isEqualTo(404);
        }
    }

    private String initialized() {
        return post(INITIALIZE).headers().get("Mcp-Session-Id");
    }

    @Test
    void sseStreamIsOnlyOpenedByGet() {
        for (String method : List.of("POST", "DELETE", "PUT")) {
            RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, lean.mcpPort(),
                    method + " /mcp/sse HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            assertThat(response.status()).as(method).isEqualTo(405);
            assertThat(response.headers()).containsEntry("Allow", "GET");
        }
    }

    /** This server sends nothing on a stream. */
    @Test
    void streamOfASessionIsOpenAndSilent() throws IOException {
        String session = initialized();

        try (Socket socket = new Socket(RawHttp.LOOPBACK, lean.mcpPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(("GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                    + "Mcp-Session-Id: " + session + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            StringBuilder read = new StringBuilder();
            while (!read.toString().endsWith("\n\n\r\n")) {
                read.append((char) socket.getInputStream().read());
            }

            assertThat(read.toString()).startsWith("HTTP/1.1 200 ").containsIgnoringCase("content-type: text/event-stream")
                    .doesNotContain("data:");
            assertThat(post(CALL, "Mcp-Session-Id: " + session).body()).contains(LeanStub.TOKEN);
            assertThat(socket.getInputStream().available()).isZero();
        }
    }

    @Test
    void streamIsRefusedToClientsThatDoNotAcceptIt() {
        RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, lean.mcpPort(),
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nMcp-Session-Id: " + initialized()
                        + "\r\nConnection: close\r\n\r\n");

        assertThat(response.status()).isEqualTo(406);
        assertThat(response.body()).contains("text/event-stream");
    }

    /** Some hosts and gateways add a slash to each URL that they are configured with. */
    @Test
    void trailingSlashIsIgnored() {
        RawHttp.Response initialized = postTo("/mcp/", INITIALIZE, ACCEPT);
        String session = "Mcp-Session-Id: " + initialized.headers().get("Mcp-Session-Id");

        assertThat(initialized.status()).isEqualTo(200);
        assertThat(postTo("/mcp/", CALL, ACCEPT, session).body()).contains(LeanStub.TOKEN);
        assertThat(postTo("/mcp/", CALL, ACCEPT).status()).isEqualTo(400);
        assertThat(postTo("/mcp/", CALL, "Accept: text/html", session).status()).isEqualTo(406);
        assertThat(postTo("/mcp/", "x".repeat(20_000), ACCEPT, session).status()).isEqualTo(413);
        assertThat(postTo("/mcp/", "{", ACCEPT, session).status()).isEqualTo(400);
        assertThat(postTo("/mcp/", CALL, ACCEPT, session, "Authorization: Bearer nobodys").status()).isEqualTo(401);
        assertThat(postTo("/mcp/", CALL, ACCEPT, session, "Host: evil.example").status()).isEqualTo(403);
        assertThat(postTo("/mcp/", StatelessMcp.request("tools/list", new JsonObject()).encode(), ACCEPT,
                StatelessMcp.VERSION_HEADER,
                "Mcp-Method: tools/list").body()).contains(McpCalls.TOOL);
        assertThat(RawHttp.send(RawHttp.LOOPBACK, lean.mcpPort(), "DELETE /mcp/ HTTP/1.1\r\nHost: localhost\r\n" + session
                + "\r\nConnection: close\r\n\r\n").status()).isEqualTo(200);
        assertThat(postTo("/mcp", CALL, ACCEPT, session).status()).isEqualTo(404);
        try (McpSseTestClient sse = sseClient("/mcp/sse/")) {
            sse.when().toolsCall(McpCalls.TOOL, Map.of("body", Map.of("scope", "api")),
                    response -> assertThat(response.isError()).isFalse()).thenAssertResults();
        }
    }

    @Test
    void streamWithoutASessionIsNotAllowed() {
        RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, lean.mcpPort(),
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n");

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.headers().get("Allow")).isEqualTo("POST, DELETE");
    }

    @Test
    void officialClientForJavaListsTheTool() {
        try (OfficialClient official = OfficialClient.connect(lean.mcpPort())) {
            assertThat(official.client().getServerInfo().name()).isEqualTo("lean-authentication-tokens");
            assertThat(official.client().listTools().tools()).extracting(Tool::name).containsExactly(McpCalls.TOOL);
            assertThat(official.client().listResources().resources()).extracting(Resource::uri)
                    .contains("skill://lean-generate-access-token/SKILL.md");
        }
    }

    @Test
    void officialClientForJavaCallsTheTool() {
        try (OfficialClient official = OfficialClient.connect(lean.mcpPort())) {
            CallToolResult result = official.call(Map.of("scope", "api"));

            assertThat(result.isError()).isFalse();
            assertThat(OfficialClient.textOf(result).getString("access_token")).isEqualTo(LeanStub.TOKEN);
            assertThat(JsonObject.mapFrom(result.structuredContent())).isEqualTo(OfficialClient.textOf(result));
        }
    }

    @Test
    void officialClientForJavaReadsErrors() {
        try (OfficialClient official = OfficialClient.connect(lean.mcpPort())) {
            CallToolResult result = official.call(Map.of("scope", "payments"));

            assertThat(result.isError()).isTrue();
            assertThat(result.structuredContent()).isNull();
            assertThat(OfficialClient.textOf(result).getString("error")).isEqualTo("invalid_scope");
            assertThatThrownBy(() -> official.client().callTool(CallToolRequest.builder("nothing").arguments(Map.of()).build()))
                    .isInstanceOfSatisfying(McpError.class, e -> assertThat(e.getJsonRpcError().code()).isEqualTo(-32602));
        }
    }

    @Test
    void eachMessageOfABatchIsAnswered() {
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            client.whenBatch()
                    .toolsCall(McpCalls.TOOL, Map.of("body", Map.of("scope", "api")), r -> assertThat(r.isError()).isFalse())
                    .toolsCall(McpCalls.TOOL, Map.of("body", Map.of()), r -> assertThat(r.isError()).isTrue())
                    .thenAssertResults();
        }
    }

    private McpSseTestClient sseClient() {
        return sseClient("/mcp/sse");
    }

    private McpSseTestClient sseClient(String path) {
        return McpAssured.newSseClient().setBaseUri(URI.create("http://localhost:" + lean.mcpPort())).setSsePath(path).build()
                .connect();
    }

    private RawHttp.Response post(String body, String... headers) {
        return raw(body, Stream.concat(Stream.of(ACCEPT), Arrays.stream(headers)).toArray(String[]::new));
    }

    private RawHttp.Response raw(String body, String... headers) {
        return postTo("/mcp", body, headers);
    }

    private RawHttp.Response postTo(String path, String body, String... headers) {
        return RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), path, "application/json", body, headers);
    }

    private static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }
}
