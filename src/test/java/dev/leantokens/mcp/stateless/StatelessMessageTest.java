package dev.leantokens.mcp.stateless;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.mcp.message.JsonRpcException;
import dev.leantokens.mcp.message.McpMessage;
import io.vertx.core.MultiMap;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;

class StatelessMessageTest {

    private static final String VERSION = "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"";
    private static final String CAPABILITIES = "\"io.modelcontextprotocol/clientCapabilities\":{}";
    private static final String META = "\"_meta\":{" + VERSION + "," + CAPABILITIES + "}";
    private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{" + META + "}}";

    /** Messages that name no revision, or one with a handshake, are the extension's. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", value = {
            "{\"method\":\"tools/list\"}                                                                          | -          | false",
            "{\"method\":\"tools/list\"}                                                                          | 2025-11-25 | false",
            "{\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2026-07-28\"}}                          | -          | false",
            "{\"params\":{\"_meta\":{\"progressToken\":1}}}                                                       | 2025-06-18 | false",
            "{\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2025-11-25\"}}}                | 2025-11-25 | false",
            "{\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":null}}}                          | -          | false",
            "{\"params\":{\"_meta\":7}}                                                                           | -          | false",
            "{\"params\":7}                                                                                       | -          | false",
            "[{\"method\":\"tools/list\"}]                                                                        | -          | false",
            "7                                                                                                    | -          | false",
            "{\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}                | -          | true",
            "{\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}                | 2025-11-25 | true",
            "{\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"1900-01-01\"}}}                | -          | true",
            "{\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":7}}}                             | -          | true",
            "[{},{\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}]           | -          | true",
            "{\"method\":\"tools/list\"}                                                                          | 2026-07-28 | true",
            "{\"method\":\"tools/list\"}                                                                          | 2027-01-01 | true",
            "{\"method\":\"tools/list\"}                                                                          | ``         | false",
            "7                                                                                                    | 2026-07-28 | true",
    })
    void metadataOrHeaderNamesAStatelessRevision(String body, String header, boolean stateless) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        if (header != null) {
            headers.add("MCP-Protocol-Version", header);
        }
        McpMessage message = new McpMessage(body.getBytes(UTF_8), Json.decodeValue(body));

        assertThat(StatelessHandler.isStateless(new StatelessHeaders(headers), message)).isEqualTo(stateless);
    }

    @Test
    void validRequestIsRead() {
        StatelessMessage read = read(LIST, "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/list");

        assertThat(read.id()).isEqualTo(1);
        assertThat(read.method()).isEqualTo("tools/list");
        assertThat(read.isNotification()).isFalse();
    }

    /** The headers are valid. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            // invalid requests
            "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{META}}                          | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tools/list\",\"params\":{META}}                       | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"tools/list\",\"params\":{META}}                        | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"params\":{META}}                                                    | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}                                                        | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":[]}                              | -32602",
            // metadata
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}                                            | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{}}                              | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":7}}                   | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{CAPABILITIES}}}      | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{VERSION}}}           | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{VERSION,\"io.modelcontextprotocol/clientCapabilities\":[]}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{CAPABILITIES,\"io.modelcontextprotocol/protocolVersion\":7}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{VERSION,CAPABILITIES,\"io.modelcontextprotocol/clientInfo\":{\"name\":\"x\"}}}} | -32602",
            // another revision than in the header
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2025-11-25\",CAPABILITIES}}} | -32020",
            // another method than in the header
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{META,\"name\":\"x\"}}          | -32020",
    })
    void invalidRequestIsRefused(String body, int code) {
        String whole = body.replace("META", META).replace("VERSION", VERSION).replace("CAPABILITIES", CAPABILITIES);

        assertThat(refusal(whole, "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/list").response()
                .getJsonObject("error").getInteger("code")).isEqualTo(code);
    }

    @Test
    void headersMustAgreeWithTheMessage() {
        assertThat(refusal(LIST, "Mcp-Method: tools/list")).hasMessageContaining("MCP-Protocol-Version is missing");
        assertThat(refusal(LIST, "MCP-Protocol-Version: 2026-07-28")).hasMessageContaining("Mcp-Method is missing");
        assertThat(refusal(LIST, "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: TOOLS/LIST"))
                .hasMessageContaining("Mcp-Method differs");
        for (String method : new String[] { "tools/call", "prompts/get" }) {
            assertThat(refusal(message(method, ",\"name\":\"x\""), "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: " + method))
                    .hasMessageContaining("Mcp-Name is missing");
        }
        assertThat(refusal(message("resources/read", ",\"uri\":\"x\""), "MCP-Protocol-Version: 2026-07-28",
                "Mcp-Method: resources/read", "Mcp-Name: y")).hasMessageContaining("Mcp-Name differs");
    }

    /** The rules for parameters refuse it later. */
    @ParameterizedTest
    @ValueSource(strings = { "", ",\"name\":7" })
    void headerIsNotRequiredForAMissingName(String name) {
        assertThat(read(message("tools/call", name), "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call").method())
                .isEqualTo("tools/call");
    }

    @ParameterizedTest
    @CsvSource({ "2027-01-01", "1900-01-01", "v999" })
    void unsupportedRevisionIsAnsweredWithTheSupportedOnes(String requested) {
        String body = LIST.replace("2026-07-28", requested);

        for (JsonRpcException refusal : new JsonRpcException[] {
                refusal(body, "MCP-Protocol-Version: " + requested, "Mcp-Method: tools/list"),
                refusal(body), refusal("{\"jsonrpc\":\"2.0\",\"method\":\"x\"}", "MCP-Protocol-Version: " + requested) }) {
            JsonObject error = refusal.response().getJsonObject("error");
            assertThat(error.getInteger("code")).isEqualTo(-32022);
            assertThat(error.getJsonObject("data").getString("requested")).isEqualTo(requested);
            assertThat(error.getJsonObject("data").getJsonArray("supported")).startsWith("2026-07-28", "2025-11-25")
                    .containsExactlyElementsOf(StatelessMessage.SUPPORTED);
            assertThat(refusal).hasMessage("Unsupported protocol version");
        }
    }

    @Test
    void notificationOnlyNeedsItsRevision() {
        assertThat(read("{\"jsonrpc\":\"2.0\",\"method\":\"x\"}", "MCP-Protocol-Version: 2026-07-28").isNotification())
                .isTrue();
        assertThat(read("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":{\"_meta\":{" + VERSION + "}}}").isNotification())
                .isTrue();
    }

    @Test
    void messageMasksItsContent() {
        StatelessMessage read = read(
                LIST.replace("\"params\":{", "\"params\":{\"x\":\"s3cr3t\",").replace(":1,", ":\"s3cr3t\","),
                "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/list");

        assertThat(read.toString()).doesNotContain("s3cr3t").isEqualTo("StatelessMessage[request]");
    }

    private static String message(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{" + META + params + "}}";
    }

    private static JsonRpcException refusal(String body, String... headers) {
        JsonRpcException refusal = catchThrowableOfType(JsonRpcException.class, () -> read(body, headers));
        assertThat(refusal).as(body).isNotNull();
        return refusal;
    }

    private static StatelessMessage read(String body, String... headers) {
        MultiMap map = MultiMap.caseInsensitiveMultiMap();
        Arrays.stream(headers).map(header -> header.split(": ", 2)).forEach(header -> map.add(header[0], header[1]));
        return StatelessMessage.read(new JsonObject(body), new StatelessHeaders(map));
    }
}
