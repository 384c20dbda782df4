package dev.leantokens.health;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

import dev.leantokens.mcp.port.McpListener;

/**
 * Reports whether both adapters can be reached. A request for this report shows that the main port is open. A startup check is
 * not needed, as the main port opens last.
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
