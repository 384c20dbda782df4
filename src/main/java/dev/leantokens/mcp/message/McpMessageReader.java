package dev.leantokens.mcp.message;

import dev.leantokens.error.TokenError;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Reads the message in the body of a POST, and checks media types. MCP requires clients to accept both JSON and event
 * streams, but some accept only JSON. They are served, because every response is JSON except that to a batch of several
 * messages.
 */
public final class McpMessageReader {

    private static final String JSON = "application/json";
    private static final String EVENT_STREAM = "text/event-stream";

    private McpMessageReader() {
    }

    /**
     * @return the message, not validated yet
     * @throws JsonRpcException if a media type is not supported
     */
    public static McpMessage read(HttpServerRequest request, McpEndpoint endpoint, byte[] body) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        // Some clients omit the type.
        if (type != null && !isJson(type)) {
            throw refusal(TokenError.UNSUPPORTED_MEDIA_TYPE, "the Content-Type must be application/json");
        }
        if (endpoint != McpEndpoint.STREAMABLE) {
            return McpMessage.read(body);
        }
        requireAccepted(request, JSON, "the Accept header must allow application/json");
        McpMessage message = McpMessage.read(body);
        if (message.isBatch()) {
            requireAccepted(request, EVENT_STREAM,
                    "a batch is answered by an event stream, so the Accept header must allow text/event-stream too");
        }
        return message;
    }

    private static boolean isJson(String contentType) {
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().equalsIgnoreCase(JSON);
    }

    private static void requireAccepted(HttpServerRequest request, String type, String otherwise) {
        if (!AcceptHeader.accepts(request.headers().getAll(HttpHeaders.ACCEPT), type)) {
            throw refusal(TokenError.NOT_ACCEPTABLE, otherwise);
        }
    }

    private static JsonRpcException refusal(TokenError error, String message) {
        return new JsonRpcException(error, JsonRpcErrorCodes.INVALID_REQUEST, message, null);
    }
}
