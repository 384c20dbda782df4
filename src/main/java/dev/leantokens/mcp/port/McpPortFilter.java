package dev.leantokens.mcp.port;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;

/** Serves MCP only on the MCP port, and only MCP there, unless the main port is the MCP port. */
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

    void register(@Observes Filters filters) {
        if (!listener.sharesMainPort()) {
            filters.register(this::filter, FilterOrder.PORTS);
        }
    }

    private void filter(RoutingContext context) {
        boolean onMcpPort = context.request().connection().localAddress().port() == config.port();
        if (onMcpPort == (Endpoint.of(context) == Endpoint.MCP)) {
            context.next();
        } else {
            errors.send(context, HttpErrors.pathNotFound());
        }
    }
}
