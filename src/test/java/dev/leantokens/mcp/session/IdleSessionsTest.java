package dev.leantokens.mcp.session;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.stream.StreamSupport;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import io.quarkiverse.mcp.server.runtime.ConnectionManager;
import io.quarkiverse.mcp.server.runtime.McpConnectionBase;
import io.quarkiverse.mcp.server.test.McpAssured.McpStreamableTestClient;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;

/** The extension ends idle sessions. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class IdleSessionsTest {

    @Inject
    ConnectionManager connections;

    LeanStub lean;

    @Test
    void sessionThatOnlyCallsTheToolIsNotIdle() throws ReflectiveOperationException {
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            // Not looked up by its id, which counts as a use.
            McpConnectionBase session = StreamSupport.stream(connections.spliterator(), false)
                    .filter(connection -> connection.id().equals(client.mcpSessionId())).findAny().orElseThrow();
            Field lastUsed = McpConnectionBase.class.getDeclaredField("lastUsed");
            lastUsed.setAccessible(true);
            lastUsed.set(session, 0L);
            assertThat(session.isIdleTimeoutExpired()).isTrue();

            McpCalls.call(client, Map.of("body", Map.of("scope", "api")));

            assertThat(session.isIdleTimeoutExpired()).isFalse();
        }
    }

    /** The client then starts a new one, as MCP requires. */
    @Test
    void endedSessionIsNotFound() {
        String id = McpCalls.connect(lean.mcpPort()).mcpSessionId();

        connections.remove(id);

        given().port(lean.mcpPort()).contentType(ContentType.JSON).accept("application/json, text/event-stream")
                .header("Mcp-Session-Id", id).body("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")
                .post("/mcp").then().statusCode(404);
    }
}
