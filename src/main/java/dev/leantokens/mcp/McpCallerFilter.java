package dev.leantokens.mcp;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.access.AccessRules;
import dev.leantokens.access.Caller;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.token.TokenException;
import io.quarkiverse.mcp.server.http.runtime.StreamableHttpMcpMessageHandler;
import io.quarkiverse.mcp.server.runtime.ConnectionManager;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * Refuses who may use nothing here, and keeps the sessions of Streamable HTTP apart and their number within bounds, which the
 * MCP
 * extension does neither of. A session of the older SSE transport is as long as its stream, and the number of connections has a
 * bound of its own.
 */
@ApplicationScoped
class McpCallerFilter {

    private static final CharSequence SESSION_ID = StreamableHttpMcpMessageHandler.MCP_SESSION_ID_HEADER;

    private final AccessRules access;
    private final ConnectionManager connections;
    private final HttpErrors errors;
    private final McpSessions sessions;

    McpCallerFilter(AccessRules access, ConnectionManager connections, McpConfig config, HttpErrors errors) {
        this.access = access;
        this.connections = connections;
        this.errors = errors;
        this.sessions = new McpSessions(config.maxSessions(), config.maxSessionsPerCaller(), connections::remove);
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.MCP_CALLERS);
    }

    private void filter(RoutingContext context) {
        if (McpPortFilter.isMcp(context) && context.request().method() != HttpMethod.OPTIONS) {
            try {
                Caller caller = Caller.of(context);
                access.requireEntitled(caller);
                // The older transport has its ids in the path.
                if (context.normalizedPath().equals(McpConfig.PATH)) {
                    keepSession(context, caller);
                }
            } catch (TokenException e) {
                errors.send(context, e);
                return;
            }
        }
        context.next();
    }

    private void keepSession(RoutingContext context, Caller caller) {
        // The first one if there are more, as the extension has it.
        String id = context.request().getHeader(SESSION_ID);
        if (id == null) {
            context.addHeadersEndHandler(ready -> begunBy(caller, context));
        } else if (sessions.use(id, caller.identity())) {
            context.addEndHandler(done -> endIfOver(id));
        } else {
            throw HttpErrors.unknownSession();
        }
    }

    private void begunBy(Caller caller, RoutingContext context) {
        String id = context.response().headers().get(SESSION_ID);
        if (id != null) {
            sessions.begun(id, caller.identity(), caller.account());
        }
    }

    private void endIfOver(String id) {
        if (!connections.has(id)) {
            sessions.ended(id);
        }
    }
}
