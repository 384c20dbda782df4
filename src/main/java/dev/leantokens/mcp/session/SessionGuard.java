package dev.leantokens.mcp.session;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import jakarta.inject.Singleton;

import dev.leantokens.access.Caller;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.mcp.message.JsonRpcException;
import dev.leantokens.mcp.message.McpEndpoint;
import dev.leantokens.mcp.message.McpMessage;
import dev.leantokens.mcp.port.McpConfig;
import io.quarkiverse.mcp.server.http.runtime.SseMcpConnection;
import io.quarkiverse.mcp.server.http.runtime.StreamableHttpMcpMessageHandler;
import io.quarkiverse.mcp.server.runtime.ConnectionManager;
import io.quarkiverse.mcp.server.runtime.McpConnectionBase;
import io.vertx.ext.web.RoutingContext;

/** Enforces session ownership and limits; the extension does neither. Thread-safe. */
@Singleton
public class SessionGuard {

    public static final String SESSION_ID = StreamableHttpMcpMessageHandler.MCP_SESSION_ID_HEADER;

    private final ConnectionManager connections;
    private final McpSessions sessions;

    /** Held while an SSE stream is being opened. */
    private final Object opening = new Object();
    /** The SSE sessions whose owner is known. */
    private final Set<String> claimed = ConcurrentHashMap.newKeySet();

    SessionGuard(ConnectionManager connections, McpConfig config) {
        this.connections = connections;
        this.sessions = new McpSessions(config.maxSessions(),
                config.maxSessionsPerCaller().orElse(Math.max(1, config.maxSessions() / 2)));
    }

    /** @return the error for a session that is unknown, or another caller's */
    public static TokenException unknownSession() {
        return TokenError.NOT_FOUND.because("this MCP session is unknown or has ended; initialize a new one");
    }

    /**
     * Checks that a request does not use a session of the other transport, on which the extension fails. Streamable HTTP
     * names the session in a header, the older SSE transport in the path.
     */
    public void requireTransport(RoutingContext context, McpEndpoint endpoint) {
        boolean sse = endpoint == McpEndpoint.MESSAGES;
        String id = sse ? McpEndpoint.sessionOf(context) : context.request().getHeader(SESSION_ID);
        McpConnectionBase session = id == null ? null : connections.get(id);
        if (session != null && session instanceof SseMcpConnection != sse) {
            throw TokenError.NOT_FOUND.because("this MCP session belongs to the other transport");
        }
    }

    /** Checks that a message to Streamable HTTP uses a session of the caller's or starts one. */
    public void requireSession(RoutingContext context, Caller caller, McpMessage message) {
        // The first header, if it is repeated: the extension uses that one too.
        String id = context.request().getHeader(SESSION_ID);
        if (id != null) {
            use(caller, id);
        } else if (message.isInitialize()) {
            context.addHeadersEndHandler(ready -> started(context.response().headers().get(SESSION_ID), caller));
        } else {
            // Not left to the extension, which serves clients without sessions if built with auto-init.
            throw JsonRpcException.invalidRequest("the first message of a session is initialize, and each later one names the "
                    + "session in " + SESSION_ID).withId(message.id());
        }
    }

    private void started(String id, Caller caller) {
        if (id != null) {
            sessions.add(id, caller.identity(), caller.account(), () -> connections.remove(id));
        }
    }

    /** Checks that a session is the caller's. */
    public void use(Caller caller, String id) {
        if (!sessions.use(id, caller.identity())) {
            throw unknownSession();
        }
        if (!connections.has(id)) {
            // The extension has ended it, because it was idle.
            sessions.remove(id);
            throw unknownSession();
        }
    }

    /** Forgets a session that its client ends, so that it no longer counts towards the limits. */
    public void forget(String id) {
        sessions.remove(id);
    }

    /**
     * Passes on a request that opens an SSE stream, and assigns the session to the caller. The extension sends the id only
     * to the client, but it creates the session and starts the response before this returns: as long as no other stream is
     * opened at the same time, it is the only unclaimed session.
     */
    public void openSse(RoutingContext context, Caller caller) {
        synchronized (opening) {
            context.addHeadersEndHandler(
                    ready -> sseSessions().filter(claimed::add).forEach(id -> opened(id, context, caller)));
            context.next();
        }
    }

    private Stream<String> sseSessions() {
        return StreamSupport.stream(connections.spliterator(), false).filter(SseMcpConnection.class::isInstance)
                .map(McpConnectionBase::id);
    }

    private void opened(String id, RoutingContext context, Caller caller) {
        context.addEndHandler(closed -> {
            connections.remove(id);
            sessions.remove(id);
            claimed.remove(id);
        });
        sessions.add(id, caller.identity(), caller.account(), context.response()::end);
    }
}
