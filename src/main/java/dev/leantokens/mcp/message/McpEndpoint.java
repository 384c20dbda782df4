package dev.leantokens.mcp.message;

import java.util.Optional;

import dev.leantokens.http.Endpoint;
import io.vertx.ext.web.RoutingContext;

/** The endpoints of MCP. Slashes at the end of a path are ignored, as the router does. */
public enum McpEndpoint {
    /** Streamable HTTP. */
    STREAMABLE,
    /** The event stream of the older SSE transport. */
    SSE,
    /** Receives the messages of the older SSE transport; the path ends with the session's id. */
    MESSAGES;

    /** @return the endpoint of a request; empty if its path is unknown */
    public static Optional<McpEndpoint> of(RoutingContext context) {
        String path = pathOf(context);
        if (path.equals(Endpoint.MCP_PATH)) {
            return Optional.of(STREAMABLE);
        }
        if (path.equals(Endpoint.MCP_SSE_PATH)) {
            return Optional.of(SSE);
        }
        boolean messages = path.startsWith(Endpoint.MCP_MESSAGES_PATH)
                && path.length() > Endpoint.MCP_MESSAGES_PATH.length()
                && path.indexOf('/', Endpoint.MCP_MESSAGES_PATH.length()) < 0;
        return messages ? Optional.of(MESSAGES) : Optional.empty();
    }

    /** @return the session's id in the path of a request to {@link #MESSAGES} */
    public static String sessionOf(RoutingContext context) {
        return pathOf(context).substring(Endpoint.MCP_MESSAGES_PATH.length());
    }

    private static String pathOf(RoutingContext context) {
        return Endpoint.withoutTrailingSlashes(context.normalizedPath());
    }
}
