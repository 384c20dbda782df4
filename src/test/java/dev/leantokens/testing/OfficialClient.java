package dev.leantokens.testing;

import java.time.Duration;
import java.util.Map;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.vertx.core.json.JsonObject;

/** The official MCP client for Java, which uses a handshake. */
public final class OfficialClient implements AutoCloseable {

    private final McpSyncClient client;

    private OfficialClient(McpSyncClient client) {
        this.client = client;
    }

    public static OfficialClient connect(int port) {
        McpSyncClient client = McpClient.sync(HttpClientStreamableHttpTransport.builder("http://localhost:" + port).build())
                .requestTimeout(Duration.ofSeconds(20)).build();
        client.initialize();
        return new OfficialClient(client);
    }

    public McpSyncClient client() {
        return client;
    }

    public CallToolResult call(Map<String, Object> body) {
        return client.callTool(CallToolRequest.builder(McpCalls.TOOL).arguments(Map.of("body", body)).build());
    }

    public static JsonObject textOf(CallToolResult result) {
        return new JsonObject(((TextContent) result.content().get(0)).text());
    }

    @Override
    public void close() {
        client.close();
    }
}
