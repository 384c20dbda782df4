package dev.leantokens.mcp.session;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.access.Caller;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.mcp.JsonRpcErrors;
import dev.leantokens.mcp.McpEndpoint;
import dev.leantokens.mcp.McpMessage;
import dev.leantokens.mcp.port.McpConfig;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.quarkiverse.mcp.server.http.runtime.SseMcpConnection;
import io.quarkiverse.mcp.server.http.runtime.StreamableHttpMcpMessageHandler;
import io.quarkiverse.mcp.server.runtime.ConnectionManager;
import io.quarkiverse.mcp.server.runtime.McpConnectionBase;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/** Keeps the sessions of the MCP extension apart and their number within bounds, which it does neither of. */
@ApplicationScoped
class McpSessionFilter {

    private static final CharSequence SESSION_ID = StreamableHttpMcpMessageHandler.MCP_SESSION_ID_HEADER;

    private final ConnectionManager connections;
    private final HttpErrors errors;
    private final JsonRpcErrors refusals;
    private final McpSessions sessions;
    private final boolean withoutSessions;

    /** Held while a stream of the older transport is being opened. */
    private final Object opening = new Object();
    /** The sessions of open streams that are somebody's. */
    private final Set<String> claimed = ConcurrentHashMap.newKeySet();

    McpSessionFilter(ConnectionManager connections, McpConfig config, HttpErrors errors, JsonRpcErrors refusals) {
        this.connections = connections;
        this.errors = errors;
        this.refusals = refusals;
        this.sessions = new McpSessions(config.maxSessions(),
                config.maxSessionsPerCaller().orElse(Math.max(1, config.maxSessions() / 2)));
        this.withoutSessions = config.autoInit();
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.MCP_SESSIONS);
    }

    private void filter(RoutingContext context) {
        if (Endpoint.of(context) != Endpoint.MCP || withoutSessions && McpEndpoint.isStreamable(context)) {
            context.next();
            return;
        }
        try {
            Caller caller = Caller.of(context);
            switch (McpEndpoint.of(context).orElseThrow()) {
                case STREAMABLE -> streamable(context, caller);
                case SSE -> stream(context, caller);
                case MESSAGES -> use(McpEndpoint.sessionOf(context), context, caller);
            }
        } catch (TokenException e) {
            errors.send(context, e);
        }
    }

    private void streamable(RoutingContext context, Caller caller) {
        // The first one if there are more, as the extension has it.
        String id = context.request().getHeader(SESSION_ID);
        if (id == null && context.request().method() == HttpMethod.POST && !McpMessage.of(context).begins()) {
            // Not left to the extension: that can serve clients without sessions, but learns only while it is built whether to.
            refusals.send(context, TokenError.INVALID_REQUEST, new McpMessage.Problem(McpMessage.of(context).id(),
                    JsonRpcErrorCodes.INVALID_REQUEST,
                    "the first message of a session is initialize, and each later one names the session in " + SESSION_ID));
        } else if (id == null) {
            context.addHeadersEndHandler(ready -> begun(context.response().headers().get(SESSION_ID), caller));
            context.next();
        } else {
            use(id, context, caller);
        }
    }

    private void begun(String id, Caller caller) {
        if (id != null) {
            sessions.begun(id, caller.identity(), caller.account(), () -> connections.remove(id));
        }
    }

    private void use(String id, RoutingContext context, Caller caller) {
        if (!sessions.use(id, caller.identity())) {
            throw HttpErrors.unknownSession();
        }
        context.addEndHandler(done -> {
            if (!connections.has(id)) {
                sessions.ended(id);
            }
        });
        context.next();
    }

    /**
     * The extension tells a stream's id to the client alone. It makes the session and begins the answer before this returns, so
     * that as long as no other stream is opened at the same time the session is the one that nobody has claimed.
     */
    private void stream(RoutingContext context, Caller caller) {
        synchronized (opening) {
            context.addHeadersEndHandler(
                    ready -> streams().filter(claimed::add).forEach(id -> opened(id, context, caller)));
            context.next();
        }
    }

    private Stream<String> streams() {
        return StreamSupport.stream(connections.spliterator(), false).filter(SseMcpConnection.class::isInstance)
                .map(McpConnectionBase::id);
    }

    private void opened(String id, RoutingContext context, Caller caller) {
        context.addEndHandler(closed -> {
            connections.remove(id);
            sessions.ended(id);
            claimed.remove(id);
        });
        sessions.begun(id, caller.identity(), caller.account(), context.response()::end);
    }
}
