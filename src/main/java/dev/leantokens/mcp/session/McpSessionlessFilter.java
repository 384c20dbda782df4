package dev.leantokens.mcp.session;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

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
import io.quarkiverse.mcp.server.McpMethod;
import io.quarkiverse.mcp.server.http.runtime.StreamableHttpMcpMessageHandler;
import io.quarkiverse.mcp.server.runtime.ConnectionManager;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * Serves clients with a handshake without sessions, where an operator wants that: each of their requests may reach another
 * process. The extension begins a session for each request and ends it with it, except for the one that a client initializes,
 * and for those of messages that it can do nothing with.
 */
@ApplicationScoped
class McpSessionlessFilter {

    private static final CharSequence SESSION_ID = StreamableHttpMcpMessageHandler.MCP_SESSION_ID_HEADER;

    private final McpConfig config;
    private final ConnectionManager connections;
    private final HttpErrors errors;
    private final JsonRpcErrors refusals;

    McpSessionlessFilter(McpConfig config, ConnectionManager connections, HttpErrors errors, JsonRpcErrors refusals) {
        this.config = config;
        this.connections = connections;
        this.errors = errors;
        this.refusals = refusals;
    }

    void register(@Observes Filters filters) {
        if (config.autoInit()) {
            filters.register(this::filter, FilterOrder.MCP_SESSIONS);
        }
    }

    private void filter(RoutingContext context) {
        if (Endpoint.of(context) != Endpoint.MCP || !McpEndpoint.isStreamable(context)) {
            context.next();
        } else if (context.request().method() == HttpMethod.POST) {
            message(context, McpMessage.of(context));
        } else {
            notAllowed(context);
        }
    }

    private void notAllowed(RoutingContext context) {
        TokenException refusal = TokenError.METHOD_NOT_ALLOWED.because("MCP is served without sessions here, by POST");
        context.response().putHeader(HttpHeaders.ALLOW, HttpMethod.POST.name());
        if (context.request().method() == HttpMethod.GET) {
            // MCP: 405 means that no stream is offered. Clients ask for one after each handshake.
            errors.answer(context, refusal);
        } else {
            errors.send(context, refusal);
        }
    }

    private void message(RoutingContext context, McpMessage message) {
        if (!(message.json() instanceof JsonObject json)) {
            refusals.send(context, TokenError.INVALID_REQUEST, new McpMessage.Problem(null, JsonRpcErrorCodes.INVALID_REQUEST,
                    "without a session there are no batches"));
        } else if (McpMessage.isResponse(json) || json.getValue("id") == null) {
            // Notifications and responses are about a session, so there is nothing to do.
            context.response().setStatusCode(202).end();
        } else if (McpMethod.from(json.getString("method")) == null) {
            refusals.answer(context, new McpMessage.Problem(json.getValue("id"), JsonRpcErrorCodes.METHOD_NOT_FOUND,
                    "there is no such method"));
        } else {
            context.request().headers().remove(SESSION_ID);
            context.addHeadersEndHandler(ready -> forget(context));
            context.next();
        }
    }

    /** The client is not told of the session that it has initialized, and so will not ask for it. */
    private void forget(RoutingContext context) {
        String id = context.response().headers().get(SESSION_ID);
        if (id != null) {
            context.response().headers().remove(SESSION_ID);
            context.addEndHandler(done -> connections.remove(id));
        }
    }
}
