package dev.leantokens.mcp;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import io.quarkiverse.mcp.server.http.runtime.SseMcpConnection;
import io.quarkiverse.mcp.server.http.runtime.StreamableHttpMcpMessageHandler;
import io.quarkiverse.mcp.server.runtime.ConnectionManager;
import io.quarkiverse.mcp.server.runtime.McpConnectionBase;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;

/**
 * Looks at what an MCP client sends before the MCP extension does, and refuses what that would trip over. The extension
 * logs a body that is not JSON with an excerpt, which can be a secret; keeps the session that it opened for it; and leaves
 * a request unanswered, with a stack trace in the log, whose members are not of the types that it expects.
 */
@ApplicationScoped
class McpRequestFilter {

    private final ConnectionManager sessions;
    private final HttpErrors errors;
    private final JsonRpcErrors refusals;

    McpRequestFilter(ConnectionManager sessions, HttpErrors errors, JsonRpcErrors refusals) {
        this.sessions = sessions;
        this.errors = errors;
        this.refusals = refusals;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.MCP);
    }

    private void filter(RoutingContext context) {
        if (Endpoint.of(context) != Endpoint.MCP) {
            context.next();
            return;
        }
        HttpMethod method = context.request().method();
        McpEndpoint endpoint = McpEndpoint.of(context).orElseThrow();
        if (endpoint == McpEndpoint.SSE && method != HttpMethod.GET) {
            // The extension opens a stream whatever the method.
            context.response().putHeader(HttpHeaders.ALLOW, HttpMethod.GET.name());
            errors.send(context, TokenError.METHOD_NOT_ALLOWED.because("the stream is opened by GET"));
        } else if (isSessionOfTheOtherTransport(context, endpoint)) {
            errors.send(context, TokenError.NOT_FOUND.because("this MCP session is of the other transport"));
        } else if (method == HttpMethod.POST) {
            McpMessage message = McpMessage.of(context);
            message.problem().ifPresentOrElse(
                    problem -> refusals.send(context, TokenError.INVALID_REQUEST, problem),
                    () -> handOn(context, message));
        } else {
            context.next();
        }
    }

    /** Streamable HTTP names its session in a header, the older SSE transport in the path. The extension fails on a mix. */
    private boolean isSessionOfTheOtherTransport(RoutingContext context, McpEndpoint endpoint) {
        boolean sse = endpoint == McpEndpoint.MESSAGES;
        String id = sse ? McpEndpoint.sessionOf(context)
                : context.request().getHeader(StreamableHttpMcpMessageHandler.MCP_SESSION_ID_HEADER);
        McpConnectionBase session = id == null ? null : sessions.get(id);
        return session != null && session instanceof SseMcpConnection != sse;
    }

    /** The extension has a handler for the body on its routes, which leaves one alone that has been read. */
    private static void handOn(RoutingContext context, McpMessage message) {
        RoutingContextInternal internal = (RoutingContextInternal) context;
        internal.setBody(message.body());
        internal.visitHandler(RoutingContextInternal.BODY_HANDLER);
        context.next();
    }
}
