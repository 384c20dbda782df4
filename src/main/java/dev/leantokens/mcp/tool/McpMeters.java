package dev.leantokens.mcp.tool;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import dev.leantokens.skill.AgentSkill;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkiverse.mcp.server.McpServer;

/**
 * The MCP extension's meters, for requests that it does not know too, and bounds for their labels. The extension labels them
 * with names of tools, prompts and resources as callers send them, including unknown ones.
 */
public class McpMeters {

    McpMeters() {
        // CDI creates it. A private constructor would need reflection.
    }

    /** @return the meter of the requests with this method */
    public static Timer timer(MeterRegistry registry, String method, Tags labels) {
        return registry.timer("mcp.server.requests." + method.replace('/', '.'),
                labels.and("mcp.server", McpServer.DEFAULT, "failure", "none"));
    }

    @Produces
    @Singleton
    static MeterFilter boundedToolName() {
        return bounded("tool.name", TokenTool.NAME);
    }

    @Produces
    @Singleton
    static MeterFilter boundedResourceUri(AgentSkill skill) {
        return bounded("resource.uri", skill.files().stream().map(SkillUris::of).toArray(String[]::new));
    }

    @Produces
    @Singleton
    static MeterFilter boundedPromptName() {
        return bounded("prompt.name");
    }

    private static MeterFilter bounded(String label, String... known) {
        return MeterFilter.replaceTagValues(label, name -> "unknown", known);
    }
}
