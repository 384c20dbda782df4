package dev.leantokens.mcp.session;

import java.nio.charset.StandardCharsets;
import java.util.List;

import jakarta.inject.Singleton;

import dev.leantokens.mcp.message.JsonRpc;
import dev.leantokens.mcp.message.McpMessage;
import dev.leantokens.mcp.tool.McpResponses;
import dev.leantokens.mcp.tool.TokenTool;
import dev.leantokens.token.AccessToken;
import io.quarkiverse.mcp.server.TextContent;
import io.quarkiverse.mcp.server.http.runtime.StreamableHttpMcpMessageHandler;
import io.quarkiverse.mcp.server.runtime.McpMessageHandler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * Answers calls of the tool over Streamable HTTP in place of the MCP extension, with the same response. The extension parses
 * each message again and renders the result from its members, which took half of a call's heap. It still answers calls in
 * batches and over the older SSE transport. Thread-safe.
 */
@Singleton
public class ToolCalls {

    private static final byte[] BEFORE_TEXT = ascii("{\"isError\":false,\"content\":[{\"text\":\"");
    private static final byte[] AFTER_TEXT = ascii("\",\"type\":\"text\"}],\"structuredContent\":");
    private static final byte[] END = ascii("}");

    private final TokenTool tool;
    private final McpResponses responses;

    ToolCalls(TokenTool tool, McpResponses responses) {
        this.tool = tool;
        this.responses = responses;
    }

    /**
     * Answers a message if it is a call of the tool.
     *
     * @param message valid, and of the caller's session if there are sessions
     * @return whether the message is answered; otherwise the extension answers it
     */
    public boolean answer(RoutingContext context, McpMessage message) {
        if (!(message.json() instanceof JsonObject call) || !isCall(call) || !hasSupportedRevision(context)) {
            return false;
        }
        long start = System.nanoTime();
        Object id = call.getValue("id");
        JsonObject arguments = McpMessage.paramsOf(call).getJsonObject("arguments");
        responses.send(context, call, start, tool.call(arguments, context, token -> success(id, token),
                error -> failure(id, error)));
        return true;
    }

    private static boolean isCall(JsonObject message) {
        return TokenTool.METHOD.equals(message.getValue("method")) && message.getValue("id") != null
                && !McpMessage.isResponse(message) && TokenTool.NAME.equals(McpMessage.paramsOf(message).getValue("name"));
    }

    /** The extension refuses another one. */
    private static boolean hasSupportedRevision(RoutingContext context) {
        String revision = context.request().getHeader(StreamableHttpMcpMessageHandler.MCP_PROTOCOL_VERSION_HEADER);
        return revision == null || McpMessageHandler.SUPPORTED_PROTOCOL_VERSIONS.contains(revision);
    }

    private static Buffer success(Object id, AccessToken token) {
        return JsonRpc.result(id, BEFORE_TEXT, token.escapedBytes(), AFTER_TEXT, token.bytes(), END);
    }

    private static Buffer failure(Object id, String error) {
        return JsonRpc.result(id, new JsonObject().put("isError", true).put("content", List.of(new TextContent(error))))
                .toBuffer();
    }

    private static byte[] ascii(String json) {
        return json.getBytes(StandardCharsets.US_ASCII);
    }
}
