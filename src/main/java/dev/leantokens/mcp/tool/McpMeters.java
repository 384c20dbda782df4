package dev.leantokens.mcp.tool;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.micrometer.core.instrument.config.MeterFilter;

/**
 * Bounds the labels of the MCP extension's meters. The extension labels them with names of tools, prompts and resources as
 * callers send them, including unknown ones.
 */
class McpMeters {

    @Produces
    @Singleton
    MeterFilter boundedToolName() {
        return bounded("tool.name", TokenTool.NAME);
    }

    @Produces
    @Singleton
    MeterFilter boundedResourceUri() {
        return bounded("resource.uri", SkillResourceRegistrar.URI);
    }

    @Produces
    @Singleton
    MeterFilter boundedPromptName() {
        return bounded("prompt.name");
    }

    private static MeterFilter bounded(String label, String... known) {
        return MeterFilter.replaceTagValues(label, name -> "unknown", known);
    }
}
