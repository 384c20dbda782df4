package dev.leantokens.mcp;

import java.util.Optional;

import dev.leantokens.http.Endpoint;
import io.vertx.ext.web.RoutingContext;

/**
 * The endpoints of MCP, each by its one path, with or without a slash at the end: the router does not mind that one.
 */
public enum McpEndpoint {
    /** Streamable HTTP. */
    STREAMABLE,
    /** The stream of the older SSE transport. */
    SSE,
    /** Where a client of the older SSE transport sends its messages. */
    MESSAGES;

    /** @return the endpoint of a request; empty if its path is none's */
    public static Optional<McpEndpoint> of(RoutingContext context) {
        String path = pathOf(context);
        if (path.equals(Endpoint.MCP_PATH)) {
            return Optional.of(STREAMABLE);
        }
        if (path.equals(Endpoint.MCP_SSE_PATH)) {
            return Optional.of(SSE);
        }
        boolean ofOneSession = path.startsWith(Endpoint.MCP_MESSAGES_PATH)
                && path.length() > Endpoint.MCP_MESSAGES_PATH.length()
                && path.indexOf('/', Endpoint.MCP_MESSAGES_PATH.length()) < 0;
        return ofOneSession ? Optional.of(MESSAGES) : Optional.empty();
    }

    /** @return whether a request is to Streamable HTTP's endpoint */
    public static boolean isStreamable(RoutingContext context) {
        return of(context).filter(STREAMABLE::equals).isPresent();
    }

    /** @return whether messages are sent to it, by POST */
    boolean takesMessages() {
        return this != SSE;
    }

    /** @return the id of the session that a message is sent to, by the path of {@link #MESSAGES} */
    public static String sessionOf(RoutingContext context) {
        return pathOf(context).substring(Endpoint.MCP_MESSAGES_PATH.length());
    }

    private static String pathOf(RoutingContext context) {
        return Endpoint.withoutTrailingSlashes(context.normalizedPath());
    }
}
