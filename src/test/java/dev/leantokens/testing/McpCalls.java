package dev.leantokens.testing;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import io.quarkiverse.mcp.server.ToolResponse;
import io.quarkiverse.mcp.server.test.McpAssured;
import io.quarkiverse.mcp.server.test.McpAssured.McpStreamableTestClient;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;

/** Calls the tool with an MCP client over Streamable HTTP. */
public final class McpCalls {

    public static final String TOOL = "lean-generate-access-token";

    /** The capabilities that the server announces. */
    public static final JsonObject CAPABILITIES = new JsonObject("""
            {"tools":{},"resources":{},"extensions":{"io.modelcontextprotocol/skills":{"directoryRead":true}}}""");

    private McpCalls() {
    }

    public static McpStreamableTestClient connect(int port) {
        return connect(port, MultiMap.caseInsensitiveMultiMap());
    }

    public static McpStreamableTestClient connect(int port, MultiMap headers) {
        return McpAssured.newStreamableClient()
                .setBaseUri(URI.create("http://localhost:" + port))
                .setMcpPath("/mcp")
                .setAdditionalHeaders(message -> headers)
                .build()
                .connect();
    }

    /** @param arguments sent unchanged */
    public static ToolResponse call(McpStreamableTestClient client, Map<String, Object> arguments) {
        AtomicReference<ToolResponse> response = new AtomicReference<>();
        client.when().toolsCall(TOOL, arguments, response::set).thenAssertResults();
        return response.get();
    }

    /** Connects, calls and disconnects. */
    public static ToolResponse call(int port, Map<String, Object> body) {
        try (McpStreamableTestClient client = connect(port)) {
            return call(client, Map.of("body", body));
        }
    }

    public static JsonObject textOf(ToolResponse response) {
        return new JsonObject(response.firstContent().asText().text());
    }
}
