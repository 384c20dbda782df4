package dev.leantokens.mcp;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.http.AllowedMethods;
import dev.leantokens.http.Endpoint;
import dev.leantokens.mcp.port.McpConfig;
import io.vertx.ext.web.RoutingContext;

/** The HTTP methods of the MCP endpoints. */
@ApplicationScoped
class McpMethods implements AllowedMethods {

    private final boolean withoutSessions;

    McpMethods(McpConfig config) {
        this.withoutSessions = config.autoInit();
    }

    @Override
    public Optional<String> of(RoutingContext context) {
        return Endpoint.of(context) == Endpoint.MCP ? McpEndpoint.of(context).map(this::of) : Optional.empty();
    }

    private String of(McpEndpoint endpoint) {
        return switch (endpoint) {
            case STREAMABLE -> withoutSessions ? "POST, OPTIONS" : "GET, POST, DELETE, OPTIONS";
            case SSE -> "GET, OPTIONS";
            case MESSAGES -> "POST, OPTIONS";
        };
    }
}
