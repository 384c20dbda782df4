package dev.leantokens.mcp.stateless;

import static dev.leantokens.testing.StatelessMcp.error;
import static dev.leantokens.testing.StatelessMcp.result;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Metrics;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import io.quarkiverse.mcp.server.test.McpAssured.McpStreamableTestClient;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Clients of revision 2026-07-28 get the same tool and resource without a handshake. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class StatelessClientsTest {

    private static final String SKILL = "skill://lean-generate-access-token/SKILL.md";

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    private StatelessMcp mcp() {
        return new StatelessMcp(lean.mcpPort());
    }

    @Test
    void serverAnnouncesItsRevisionsAndCapabilities() {
        RawHttp.Response response = mcp().send("server/discover", new JsonObject());

        assertThat(response.headers()).containsEntry("Content-Type", "application/json")
                .containsEntry("Cache-Control", "no-store").doesNotContainKey("Mcp-Session-Id");
        JsonObject result = result(response);
        assertThat(result.getString("resultType")).isEqualTo("complete");
        assertThat(result.getJsonArray("supportedVersions")).containsExactly("2026-07-28", "2025-11-25", "2025-06-18",
                "2025-03-26", "2024-11-05");
        assertThat(result.getJsonObject("capabilities"))
                .isEqualTo(McpCalls.CAPABILITIES);
        assertThat(result.getString("instructions")).contains(McpCalls.TOOL);
        assertThat(result.getInteger("ttlMs")).isPositive();
        assertThat(result.getString("cacheScope")).isEqualTo("public");
        JsonObject server = result.getJsonObject("_meta").getJsonObject("io.modelcontextprotocol/serverInfo");
        assertThat(server.getString("name")).isEqualTo("lean-authentication-tokens");
        assertThat(server.getString("title")).isEqualTo("Lean Authentication Tokens");
        assertThat(server.getString("version")).isNotBlank();
    }

    @Test
    void toolAndResourceAreTheSameAsWithAHandshake() {
        JsonObject tools = result(mcp().send("tools/list", new JsonObject()));
        JsonObject resources = result(mcp().send("resources/list", new JsonObject()));

        for (JsonObject list : new JsonObject[] { tools, resources,
                result(mcp().send("resources/templates/list", new JsonObject())) }) {
            assertThat(list.getString("resultType")).isEqualTo("complete");
            assertThat(list.getInteger("ttlMs")).isPositive();
            assertThat(list.getString("cacheScope")).isEqualTo("public");
        }
        assertThat(tools.getJsonArray("tools")).isEqualTo(listed("tools/list", "tools")).hasSize(1);
        assertThat(resources.getJsonArray("resources")).isEqualTo(listed("resources/list", "resources")).isNotEmpty();
    }

    private JsonArray listed(String method, String member) {
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            AtomicReference<JsonObject> answer = new AtomicReference<>();
            client.when().message(client.newRequest(method)).withAssert(answer::set).send().thenAssertResults();
            return answer.get().getJsonObject("result").getJsonArray(member);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "a.b.c", "a\\\"b\\\\c\\n\\u0001/", "é€😀" })
    void tokenIsReturnedAsTextAndAsStructuredContentAndNotCached(String token) {
        String body = "{\"access_token\":\"" + token
                + "\",\"scope\":\"api\",\"token_type\":\"Bearer\",\"expires_in\":3599,\"x\":{\"y\":1}}";
        lean.answers(200, body);

        RawHttp.Response response = mcp().call(RawHttp.LOOPBACK, "api", "");

        assertThat(response.headers()).containsEntry("Cache-Control", "no-store");
        JsonObject result = result(response);
        assertThat(result.fieldNames()).containsOnly("resultType", "_meta", "content", "isError", "structuredContent");
        assertThat(result.getString("resultType")).isEqualTo("complete");
        assertThat(result.getBoolean("isError")).isFalse();
        assertThat(result.getJsonArray("content"))
                .isEqualTo(new JsonArray().add(new JsonObject().put("type", "text").put("text", body)));
        assertThat(result.getJsonObject("structuredContent")).isEqualTo(new JsonObject(body));
        assertThat(lean.onlyRequest().formParameter("client_id").firstValue()).isEqualTo(LeanStub.CLIENT_ID);
    }

    @Test
    void resultIsThatOfASession() {
        JsonObject arguments = new JsonObject().put("body", new JsonObject().put("scope", "api"));
        AtomicReference<JsonObject> answer = new AtomicReference<>();
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            JsonObject call = client.newRequest("tools/call")
                    .put("params", new JsonObject().put("name", McpCalls.TOOL).put("arguments", arguments));
            client.when().message(call).withAssert(answer::set).send().thenAssertResults();
        }
        JsonObject result = result(mcp().call(RawHttp.LOOPBACK, "api", ""));

        result.remove("resultType");
        result.remove("_meta");
        assertThat(result).isEqualTo(answer.get().getJsonObject("result"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "0", "-7", "2147483648", "9223372036854775807", "\"\"", "\"7\"",
            "\"a\\\"b\\\\c\\n\\u0001/é€😀\"" })
    void idIsReturnedAsReceived(String id) {
        JsonObject params = new JsonObject().put("name", McpCalls.TOOL).put("arguments",
                new JsonObject().put("body", new JsonObject().put("scope", "api")));
        String call = StatelessMcp.request("tools/call", params).encode().replace("\"id\":1,", "\"id\":" + id + ",");

        RawHttp.Response response = mcp().post(RawHttp.LOOPBACK, call, StatelessMcp.VERSION_HEADER, "Mcp-Method: tools/call",
                "Mcp-Name: " + McpCalls.TOOL);

        assertThat(new JsonObject(response.body()).getValue("id")).isEqualTo(Json.decodeValue(id));
        assertThat(result(response).getBoolean("isError")).isFalse();
    }

    /** The tool's rules have their own tests. Checks that its errors are the same here. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "                                     | invalid_scope",
            "{}                                   | invalid_scope",
            "{\"body\":null}                      | invalid_scope",
            "{\"body\":[]}                        | invalid_request",
            "{\"body\":{\"scope\":7}}             | invalid_request",
            "{\"body\":{\"scope\":\"payments\"}}  | invalid_scope",
            "{\"body\":\"api\"}                     | invalid_request",
            "{\"body\":\"{\\\"scope\\\":\\\"payments\\\"}\"} | invalid_scope",
    })
    void invalidArgumentsReturnOnlyTheError(String arguments, String error) {
        JsonObject params = new JsonObject().put("name", McpCalls.TOOL);
        if (arguments != null) {
            params.put("arguments", new JsonObject(arguments));
        }

        JsonObject result = result(mcp().send("tools/call", params));

        assertThat(result.fieldNames()).containsOnly("resultType", "_meta", "content", "isError");
        assertThat(result.getBoolean("isError")).isTrue();
        assertThat(new JsonObject(result.getJsonArray("content").getJsonObject(0).getString("text")).getString("error"))
                .isEqualTo(error);
        assertThat(lean.requests()).isEmpty();
    }

    @Test
    void leanFailureReturnsTheError() {
        lean.answers(500, "<html>");

        JsonObject result = result(mcp().call(RawHttp.LOOPBACK, "api", ""));

        assertThat(result.getBoolean("isError")).isTrue();
        assertThat(result.encode()).contains("temporarily_unavailable").doesNotContain("html");
    }

    @Test
    void skillCanBeRead() {
        JsonObject result = result(mcp().send("resources/read", new JsonObject().put("uri", SKILL)));

        assertThat(result.getInteger("ttlMs")).isPositive();
        assertThat(result.getJsonArray("contents")).hasSize(1);
        JsonObject text = result.getJsonArray("contents").getJsonObject(0);
        assertThat(text.getString("uri")).isEqualTo(SKILL);
        assertThat(text.getString("mimeType")).isEqualTo("text/markdown");
        assertThat(text.getString("text")).startsWith("---\nname: lean-generate-access-token\n");
    }

    @Test
    void unknownToolResourceOrPageIsAnErrorWithTheId() {
        RawHttp.Response tool = mcp().send("tools/call", new JsonObject().put("name", "nothing"));
        RawHttp.Response resource = mcp().send("resources/read", new JsonObject().put("uri", "skill://nothing"));
        RawHttp.Response page = mcp().send("tools/list", new JsonObject().put("cursor", "abc"));

        for (RawHttp.Response response : new RawHttp.Response[] { tool, resource, page }) {
            assertThat(response.status()).isEqualTo(200);
            assertThat(error(response).getInteger("code")).isEqualTo(-32602);
            assertThat(new JsonObject(response.body()).getValue("id")).isEqualTo(1);
        }
        assertThat(error(resource).getJsonObject("data").getString("uri")).isEqualTo("skill://nothing");
    }

    /** Includes methods of earlier revisions that were removed. */
    @ParameterizedTest
    @ValueSource(strings = { "initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
            "subscriptions/listen", "prompts/list", "completion/complete", "nothing", "TOOLS/LIST" })
    void unknownMethodIsNotFound(String method) {
        RawHttp.Response response = mcp().send(method, new JsonObject());

        assertThat(response.status()).isEqualTo(404);
        assertThat(error(response).getInteger("code")).isEqualTo(-32601);
        assertThat(new JsonObject(response.body()).getValue("id")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"name\":7}                                         | -32602",
            "{}                                                   | -32602",
            "{\"name\":\"x\",\"arguments\":[]}                    | -32602",
    })
    void invalidParametersAreRefused(String params, int code) {
        RawHttp.Response response = mcp().post(RawHttp.LOOPBACK,
                StatelessMcp.request("tools/call", new JsonObject(params)).encode(), StatelessMcp.VERSION_HEADER,
                "Mcp-Method: tools/call", "Mcp-Name: x");

        assertThat(response.status()).isEqualTo(400);
        assertThat(error(response).getInteger("code")).isEqualTo(code);
    }

    @Test
    void headersMustAgreeWithTheBody() {
        String list = StatelessMcp.request("tools/list", new JsonObject()).encode();

        for (RawHttp.Response response : new RawHttp.Response[] { mcp().post(RawHttp.LOOPBACK, list),
                mcp().post(RawHttp.LOOPBACK, list, StatelessMcp.VERSION_HEADER),
                mcp().post(RawHttp.LOOPBACK, list, StatelessMcp.VERSION_HEADER, "Mcp-Method: tools/call"),
                mcp().post(RawHttp.LOOPBACK, list, "MCP-Protocol-Version: 2025-11-25", "Mcp-Method: tools/list"),
                mcp().post(RawHttp.LOOPBACK, list, StatelessMcp.VERSION_HEADER, "Mcp-Method: tools/list",
                        "Mcp-Method: tools/list") }) {
            assertThat(response.status()).as(response.body()).isEqualTo(400);
            assertThat(error(response).getInteger("code")).isEqualTo(-32020);
            assertThat(new JsonObject(response.body()).getValue("id")).isEqualTo(1);
        }
        assertThat(mcp().post(RawHttp.LOOPBACK, list, StatelessMcp.VERSION_HEADER, "MCP-METHOD:   tools/list  ").status())
                .isEqualTo(200);
    }

    @Test
    void unsupportedRevisionIsAnsweredWithTheSupportedOnes() {
        RawHttp.Response response = mcp().post(RawHttp.LOOPBACK, "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"x\"}",
                "MCP-Protocol-Version: 2099-01-01");

        assertThat(response.status()).isEqualTo(400);
        assertThat(new JsonObject(response.body())).isEqualTo(new JsonObject("""
                {"jsonrpc":"2.0","id":"a","error":{"code":-32022,"message":"Unsupported protocol version","data":{
                "supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"requested":"2099-01-01"}}}"""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{                                                             | -32700",
            "7                                                             | -32600",
            "[]                                                            | -32600",
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}]    | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tools/list\"}   | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}                  | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"tools/list\"}     | -32600",
    })
    void invalidRequestIsAnsweredWithoutAnId(String body, int code) {
        RawHttp.Response response = mcp().post(RawHttp.LOOPBACK, body, StatelessMcp.VERSION_HEADER, "Mcp-Method: tools/list");

        assertThat(response.status()).isEqualTo(400);
        assertThat(error(response).getInteger("code")).isEqualTo(code);
        assertThat(new JsonObject(response.body()).containsKey("id"))
                .isFalse();
    }

    @Test
    void notificationIsAcceptedWithoutAResult() {
        String cancelled = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}";

        RawHttp.Response response = mcp().post(RawHttp.LOOPBACK, cancelled, StatelessMcp.VERSION_HEADER);

        assertThat(response.status()).isEqualTo(202);
        assertThat(response.body()).isEmpty();
        assertThat(mcp().post(RawHttp.LOOPBACK, cancelled, "MCP-Protocol-Version: 2099-01-01").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = { "GET", "DELETE" })
    void streamsAndSessionsAreNotSupported(String method) {
        RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, lean.mcpPort(),
                method + " /mcp HTTP/1.1\r\nHost: localhost\r\n"
                        + "Accept: text/event-stream\r\n" + StatelessMcp.VERSION_HEADER
                        + "\r\nMcp-Session-Id: x\r\nConnection: close\r\n\r\n");

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.headers()).containsEntry("Allow", "POST");
    }

    /** In MCP, 405 means that no stream is offered. */
    @Test
    void requestForAStreamIsNotCountedAsAnError() {
        Metrics before = Metrics.scrape();

        assertThat(RawHttp.send(RawHttp.LOOPBACK, lean.mcpPort(), "GET /mcp HTTP/1.1\r\nHost: localhost\r\n"
                + StatelessMcp.VERSION_HEADER + "\r\nConnection: close\r\n\r\n").status()).isEqualTo(405);

        assertThat(grown(before, Metrics.scrape(), "token_errors_total")).isZero();
    }

    @Test
    void sessionIdIsIgnored() {
        RawHttp.Response response = mcp().send("tools/list", new JsonObject(), "Mcp-Session-Id: unknown", "Last-Event-ID: 7");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers()).doesNotContainKey("Mcp-Session-Id");
    }

    @Test
    void limitsAndMediaTypesAreTheSameForAllMessages() {
        String large = StatelessMcp.request("tools/list", new JsonObject().put("x", "x".repeat(20_000))).encode();
        String list = StatelessMcp.request("tools/list", new JsonObject()).encode();

        assertThat(mcp().post(RawHttp.LOOPBACK, large, StatelessMcp.VERSION_HEADER, "Mcp-Method: tools/list").status())
                .isEqualTo(413);
        assertThat(RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp", "text/plain", list, StatelessMcp.VERSION_HEADER,
                "Mcp-Method: tools/list", "Accept: application/json, text/event-stream").status()).isEqualTo(415);
        assertThat(RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp", "application/json", list, StatelessMcp.VERSION_HEADER,
                "Mcp-Method: tools/list", "Accept: text/html").status()).isEqualTo(406);
        assertThat(RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp", "Application/JSON; charset=utf-8", list,
                StatelessMcp.VERSION_HEADER, "Mcp-Method: tools/list", "Accept: Text/Event-Stream, application/JSON;q=0.9")
                .status())
                .isEqualTo(200);
        assertThat(mcp().send("tools/list", new JsonObject(), "Origin: http://evil.example").status()).isEqualTo(403);
        assertThat(mcp().send("tools/list", new JsonObject(), "Host: evil.example").status()).isEqualTo(403);
    }

    @Test
    void messagesOfTheSseTransportNeedASession() {
        RawHttp.Response response = RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp/messages/unknown", "application/json",
                StatelessMcp.request("tools/list", new JsonObject()).encode(), StatelessMcp.VERSION_HEADER,
                "Mcp-Method: tools/list");

        assertThat(response.status()).isEqualTo(404);
        assertThat(response.body()).contains("session");
    }

    @Test
    void requestsAreCountedLikeThoseOfOtherClients() {
        Metrics before = Metrics.scrape();
        mcp().call(RawHttp.LOOPBACK, "api", "");
        mcp().call(RawHttp.LOOPBACK, "payments", "");
        for (int i = 0; i < 5; i++) {
            mcp().send("tools/call", new JsonObject().put("name", "made-up-" + i));
        }
        mcp().send("server/discover", new JsonObject());
        mcp().send("made/up", new JsonObject());
        Metrics after = Metrics.scrape();

        String calls = "mcp_server_requests_tools_call_seconds_count";
        assertThat(grown(before, after, calls, "tool_name=\"" + McpCalls.TOOL + "\"", "failure=\"none\"")).isEqualTo(2);
        assertThat(grown(before, after, calls, "tool_name=\"unknown\"")).isEqualTo(5);
        assertThat(grown(before, after, "mcp_server_requests_server_discover_seconds_count")).isOne();
        assertThat(grown(before, after, "token_requests_total", "adapter=\"mcp\"", "outcome=\"miss\"")).isOne();
        assertThat(grown(before, after, "token_requests_total", "adapter=\"mcp\"", "outcome=\"error\"")).isEqualTo(2);
        assertThat(after.samples()).noneMatch(sample -> (sample.name() + sample.labels()).contains("made"));
    }

    private static double grown(Metrics before, Metrics after, String name, String... labels) {
        return after.sum(name, labels) - before.sum(name, labels);
    }
}
