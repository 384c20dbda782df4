package dev.leantokens.mcp.session;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.mcp.AcceptHeader;
import dev.leantokens.mcp.McpEndpoint;
import io.quarkiverse.mcp.server.http.runtime.StreamableHttpMcpMessageHandler;
import io.quarkiverse.mcp.server.runtime.ConnectionManager;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Opens the stream of a session, in place of the extension, which starts each stream with a log message that no client has
 * requested. This server has nothing to say on a stream, so it stays silent.
 */
@ApplicationScoped
class McpStreamFilter {

    private static final String EVENT_STREAM = "text/event-stream";

    private final ConnectionManager connections;
    private final HttpErrors errors;

    McpStreamFilter(ConnectionManager connections, HttpErrors errors) {
        this.connections = connections;
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.MCP_STREAMS);
    }

    private void filter(RoutingContext context) {
        if (Endpoint.of(context) != Endpoint.MCP || context.request().method() != HttpMethod.GET
                || !McpEndpoint.isStreamable(context)) {
            context.next();
            return;
        }
        String session = context.request().getHeader(StreamableHttpMcpMessageHandler.MCP_SESSION_ID_HEADER);
        if (session == null) {
            context.response().putHeader(HttpHeaders.ALLOW, "POST, DELETE");
            errors.answer(context, TokenError.METHOD_NOT_ALLOWED
                    .because("a stream belongs to a session, name it in Mcp-Session-Id"));
        } else if (connections.get(session) == null) {
            errors.send(context, HttpErrors.unknownSession());
        } else if (!AcceptHeader.accepts(context.request().headers().getAll(HttpHeaders.ACCEPT), EVENT_STREAM)) {
            errors.send(context, TokenError.NOT_ACCEPTABLE.because("the Accept header must allow text/event-stream"));
        } else {
            open(context.response());
        }
    }

    /** The headers are sent with the first data, which is a comment. */
    private static void open(HttpServerResponse response) {
        response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, EVENT_STREAM);
        response.write(":\n\n");
    }
}
