package dev.leantokens.mcp.tool;

import java.util.Map;
import java.util.Set;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;

/**
 * Bounds the labels of the MCP extension's meters. The extension labels them with names of tools, prompts and resources as
 * callers send them, including unknown ones.
 */
class McpMeters {

    private static final String REQUESTS = "mcp.server.requests.";

    private static final Map<String, Set<String>> KNOWN = Map.of(
            "tool.name", Set.of(TokenTool.NAME),
            "resource.uri", Set.of(SkillResourceRegistrar.URI),
            "prompt.name", Set.of());

    private static final String UNKNOWN = "unknown";

    @Produces
    @Singleton
    MeterFilter boundedLabels() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return id.getName().startsWith(REQUESTS) ? bounded(id) : id;
            }
        };
    }

    private static Meter.Id bounded(Meter.Id id) {
        for (Tag tag : id.getTagsAsIterable()) {
            Set<String> known = KNOWN.get(tag.getKey());
            if (known != null && !known.contains(tag.getValue())) {
                return id.withTag(Tag.of(tag.getKey(), UNKNOWN));
            }
        }
        return id;
    }
}
