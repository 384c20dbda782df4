package dev.leantokens.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import jakarta.inject.Inject;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import dev.leantokens.testing.TokenResponses;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.runtime.jackson.QuarkusJacksonJsonCodec;
import io.restassured.RestAssured;
import io.vertx.core.json.Json;

/**
 * No reader of JSON interns the member names that callers and Lean choose. {@code MemberNamesIT} measures the memory of the
 * packaged application, since a test in another process cannot see interned strings.
 */
@QuarkusTest
@WithTestResource(LeanStub.class)
class MemberNamesTest {

    LeanStub lean;

    @Inject
    ObjectMapper mapper;

    @FunctionalInterface
    private interface Reader {

        /** Makes the service read an object with a member of this name. */
        RawHttp.Response read(String name);
    }

    @BeforeEach
    void reset() {
        lean.reset();
    }

    @TestFactory
    Stream<DynamicTest> nameIsNotInterned() {
        // Each message passes all of its readers.
        Map<String, Reader> readers = Map.of(
                "REST, JsonMembers", name -> rest("{\"scope\":\"api\",\"" + name + "\":1}"),
                "MCP with a session, McpMessage and the extension", name -> session(call(body(name))),
                "MCP with a session, a batch", name -> session("[" + call(body(name)) + "," + call(body(name)) + "]"),
                "MCP without a handshake, McpMessage",
                name -> new StatelessMcp(lean.mcpPort()).call(RawHttp.LOOPBACK, "api", ",\"" + name + "\":1"),
                "MCP, the argument as a text, JsonMembers",
                name -> session(call("\"" + body(name).replace("\"", "\\\"") + "\"")),
                "Lean, LeanAnswer", this::leansAnswer);
        return readers.entrySet().stream().map(reader -> DynamicTest.dynamicTest(reader.getKey(), () -> {
            String name = "name-" + UUID.randomUUID();

            assertThat(reader.getValue().read(name).status()).isEqualTo(200);

            String same = new String(name);
            assertThat(same.intern()).as("the first one that is interned").isSameAs(same);
        }));
    }

    /** The MCP extension reads messages with Vert.x, which uses Quarkus' codec. */
    @Test
    void librariesUseTheSharedMapper() {
        assertThat(Json.CODEC).isInstanceOf(QuarkusJacksonJsonCodec.class);
        assertThat(Stream.of(mapper, QuarkusJacksonJsonCodec.mapper()).map(ObjectMapper::getFactory))
                .noneMatch(factory -> factory.isEnabled(JsonFactory.Feature.INTERN_FIELD_NAMES))
                .noneMatch(factory -> factory.isEnabled(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES));
    }

    private RawHttp.Response leansAnswer(String name) {
        lean.answers(200, TokenResponses.json("api").replace("}", ",\"" + name + "\":1}"));
        return rest("{\"scope\":\"api\"}");
    }

    private static RawHttp.Response rest(String body) {
        return RawHttp.post(RawHttp.LOOPBACK, RestAssured.port, "/v1/oauth2/token", "application/json", body);
    }

    private static String body(String name) {
        return "{\"scope\":\"api\",\"" + name + "\":{\"" + name + "\":1}}";
    }

    private static String call(String body) {
        return "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"" + McpCalls.TOOL
                + "\",\"arguments\":{\"body\":" + body + "}}}";
    }

    private RawHttp.Response session(String message) {
        RawHttp.Response initialized = mcp("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
                + "{\"protocolVersion\":\"2025-03-26\",\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}");
        return mcp(message, "Mcp-Session-Id: " + initialized.headers().get("Mcp-Session-Id"));
    }

    private RawHttp.Response mcp(String message, String... headers) {
        return RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp", "application/json", message,
                Stream.concat(Stream.of(headers), Stream.of("Accept: application/json, text/event-stream"))
                        .toArray(String[]::new));
    }
}
