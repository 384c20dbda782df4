package dev.leantokens.testing;

import java.util.HashMap;
import java.util.Map;

/** The settings of an application whose Lean is a stub: the defaults of the tests, and the arguments of the test resource. */
final class StubSettings {

    /** Requests do not affect each other: no token is cached, retries follow at once, and no budget or breaker refuses. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "cache.enabled", "false",
            "lean.request-timeout", LeanStub.REQUEST_TIMEOUT_MILLIS + "ms",
            "lean.retry-delay", "20ms",
            "lean.deadline", "3s",
            "lean.requests-per-minute", "100000",
            "lean.breaker-request-volume", "100000");

    private final Map<String, String> properties = new HashMap<>(DEFAULTS);
    private boolean withCredentials = true;
    private boolean withMcpPort = true;

    /** Applies the arguments of a test resource; one whose name is a property's overrides that property. */
    void apply(Map<String, String> arguments) {
        withCredentials = !arguments.containsKey(LeanStub.WITHOUT_CREDENTIALS);
        withMcpPort = !arguments.containsKey(LeanStub.WITHOUT_MCP_PORT);
        arguments.forEach((name, value) -> {
            if (name.contains(".")) {
                properties.put(name, value);
            }
        });
    }

    /** @return the properties of the application */
    Map<String, String> of(String leanUrl, int mcpPort) {
        Map<String, String> config = new HashMap<>(properties);
        config.put("lean.url", leanUrl);
        if (withMcpPort) {
            config.put("mcp.port", Integer.toString(mcpPort));
        }
        if (withCredentials) {
            config.put("lean.client-id", LeanStub.CLIENT_ID);
            config.put("lean.client-secret", LeanStub.CLIENT_SECRET);
        }
        return config;
    }
}
