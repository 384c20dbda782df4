package dev.leantokens.health;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

import dev.leantokens.mcp.port.McpListener;

/**
 * Whether both adapters can be reached. That the main port is open is shown by the question having come. There is no check
 * for the start: the main port opens last.
 */
@Readiness
@ApplicationScoped
class ListenersHealthCheck implements HealthCheck {

    private final McpListener mcp;

    ListenersHealthCheck(McpListener mcp) {
        this.mcp = mcp;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("listeners")
                .status(mcp.isListening())
                .withData("rest", "listening")
                .withData("mcp", mcp.isListening() ? "listening" : "closed")
                .build();
    }
}
