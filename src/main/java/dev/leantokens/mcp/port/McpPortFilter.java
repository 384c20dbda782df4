package dev.leantokens.mcp.port;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.http.RequestFilters;
import io.vertx.ext.web.RoutingContext;

/** Serves MCP and its metadata only on the MCP port, and nothing else there, unless the main port is the MCP port. */
@ApplicationScoped
class McpPortFilter {

    private final McpConfig config;
    private final McpListener listener;
    private final HttpErrors errors;

    McpPortFilter(McpConfig config, McpListener listener, HttpErrors errors) {
        this.config = config;
        this.listener = listener;
        this.errors = errors;
    }

    void register(@Observes RequestFilters filters) {
        if (!listener.sharesMainPort()) {
            filters.register(this::passes, FilterOrder.PORTS);
        }
    }

    private boolean passes(RoutingContext context, Endpoint endpoint) {
        boolean onMcpPort = context.request().connection().localAddress().port() == config.port();
        if (onMcpPort == isServedThere(endpoint)) {
            return true;
        }
        errors.send(context, HttpErrors.pathNotFound());
        return false;
    }

    private boolean isServedThere(Endpoint endpoint) {
        return endpoint == Endpoint.MCP || endpoint == Endpoint.RESOURCE_METADATA && config.oauthResource().isPresent();
    }
}
