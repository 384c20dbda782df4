package dev.leantokens.mcp;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.http.AllowedMethods;
import dev.leantokens.mcp.message.McpEndpoint;
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
        return McpEndpoint.of(context).map(this::of);
    }

    private String of(McpEndpoint endpoint) {
        return switch (endpoint) {
            case STREAMABLE -> withoutSessions ? "POST, OPTIONS" : "GET, POST, DELETE, OPTIONS";
            case SSE -> "GET, OPTIONS";
            case MESSAGES -> "POST, OPTIONS";
        };
    }
}
