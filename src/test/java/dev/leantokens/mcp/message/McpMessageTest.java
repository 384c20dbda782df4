package dev.leantokens.mcp.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.vertx.core.json.JsonObject;

class McpMessageTest {

    @ParameterizedTest
    @ValueSource(strings = {
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/list\",\"params\":{}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":null}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"x\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"x\",\"arguments\":{\"body\":7}}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"unknown\",\"params\":{\"x\":[1]}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{\"name\":\"x\",\"version\":\"1\",\"icons\":[]}}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{\"name\":\"x\",\"version\":\"1\",\"icons\":null}}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{\"name\":\"x\",\"version\":\"1\",\"icons\":[{\"src\":\"x\",\"sizes\":[\"1x1\"],\"theme\":\"dark\"}]}}}",
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}]",
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}},{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{}}]",
    })
    void validMessageIsAccepted(String body) {
        assertThatCode(McpMessage.read(body.getBytes(UTF_8))::requireValid).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "s3cr3t                                                                                            | -32700",
            "{\"s3cr3t                                                                                         | -32700",
            "/* s3cr3t */ {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}                                 | -32700",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"} {}                                            | -32700",
            "{} s3cr3t                                                                                         | -32700",
            "[]                                                                                                | -32600",
            "[1]                                                                                               | -32600",
            "[null]                                                                                            | -32600",
            "[[]]                                                                                              | -32600",
            "null                                                                                              | -32600",
            "1                                                                                                 | -32600",
            "\"s3cr3t\"                                                                                        | -32600",
            "{}                                                                                                | -32600",
            "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}                                                    | -32600",
            "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}                                                | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":\"s3cr3t\",\"result\":{}}                                           | -32600",
            "{\"jsonrpc\":\"2.0\",\"error\":{}}                                                                | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":1}                                                                    | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}                                                       | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}                                               | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}                                              | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}                                             | -32600",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[1]}                                 | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":\"s3cr3t\"}                          | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"_meta\":1}}                       | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}                                          | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":1}}                  | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"x\",\"arguments\":\"s3cr3t\"}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}                            | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":1}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"logging/setLevel\"}                                    | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"completion/complete\",\"params\":{\"ref\":{}}}         | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"completion/complete\",\"params\":{\"ref\":{\"type\":1},\"argument\":{\"name\":\"a\",\"value\":\"b\"}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"completion/complete\",\"params\":{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"x\"},\"argument\":{\"name\":\"a\"}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"completion/complete\",\"params\":{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"x\"},\"argument\":{\"value\":\"b\"}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"completion/complete\",\"params\":{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"x\"},\"argument\":{\"name\":\"a\",\"value\":1}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/read\",\"params\":{}}                        | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{\"name\":\"x\",\"version\":\"1\",\"icons\":7}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{\"name\":\"x\",\"version\":\"1\",\"icons\":[7]}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{\"name\":\"x\",\"version\":\"1\",\"icons\":[{\"src\":\"x\",\"sizes\":7}]}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{\"name\":\"x\",\"version\":\"1\",\"icons\":[{\"src\":\"x\",\"sizes\":[null]}]}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{\"name\":\"x\",\"version\":\"1\",\"icons\":[{\"src\":\"x\",\"theme\":\"pink\"}]}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{\"name\":\"x\"}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{\"version\":\"1\"}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{\"name\":5,\"version\":\"1\"}}} | -32602",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"1\",\"clientInfo\":{\"name\":\"x\",\"version\":{}}}} | -32602",
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}},{\"jsonrpc\":\"2.0\",\"id\":\"s3cr3t\",\"method\":\"ping\"}] | -32600",
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}] | -32600",
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},7]                                            | -32600",
    })
    void invalidMessageIsRefusedWithoutQuotingIt(String body, int code) {
        JsonRpcException refusal = refusal(body);

        assertThat(refusal.response().getJsonObject("error").getInteger("code")).isEqualTo(code);
        assertThat(refusal.response().encode()).doesNotContain("s3cr3t");
    }

    @Test
    void messageIsReadAsTheExtensionReadsIt() {
        String json = "{\"a\":[1,-2147483649,9223372036854775808,1.5,1e999,true,false,null,[],{}],\"b\":{\"c\":{\"d\":\"\\u00e9\\n\"}},\"b\":\"é€😀\"}";

        assertThat(McpMessage.read(json.getBytes(UTF_8)).json()).isEqualTo(new JsonObject(json));
    }

    @Test
    void deeplyNestedMessageIsRefused() {
        JsonRpcException refusal = refusal("[".repeat(16_000));

        assertThat(refusal.response().getJsonObject("error").getInteger("code")).isEqualTo(-32700);
    }

    @Test
    void requestWithoutBodyIsRefused() {
        assertThat(refusal("")).isNotNull();
    }

    @Test
    void refusalHasTheIdOfTheMessage() {
        JsonRpcException refusal = refusal("{\"jsonrpc\":\"2.0\",\"id\":\"seven\",\"method\":\"tools/call\"}");

        assertThat(refusal.response().getString("id")).isEqualTo("seven");
    }

    private static JsonRpcException refusal(String body) {
        McpMessage message = McpMessage.read(body.getBytes(UTF_8));
        return catchThrowableOfType(JsonRpcException.class, message::requireValid);
    }
}
