package dev.leantokens.mcp.stateless;

import java.util.concurrent.TimeUnit;

import jakarta.enterprise.context.ApplicationScoped;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkiverse.mcp.server.McpServer;

/**
 * Counts requests by the names and labels that the MCP extension has for its own, so that it is of no matter there which
 * revision was spoken. What labels can say is bounded for both in {@code McpMeters}. Thread-safe.
 */
@ApplicationScoped
class StatelessMeters {

    private final MeterRegistry registry;

    StatelessMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** @param request that was answered, however */
    void answered(StatelessMessage request, long nanos) {
        registry.timer("mcp.server.requests." + request.method().replace('/', '.'),
                labels(request).and("mcp.server", McpServer.DEFAULT, "failure", "none")).record(nanos, TimeUnit.NANOSECONDS);
    }

    private static Tags labels(StatelessMessage request) {
        return switch (request.method()) {
            case "tools/call" -> Tags.of("tool.name", request.params().getString("name"));
            case "resources/read" -> Tags.of("resource.uri", request.params().getString("uri"));
            default -> Tags.empty();
        };
    }
}
