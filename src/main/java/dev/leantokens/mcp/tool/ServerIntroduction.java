package dev.leantokens.mcp.tool;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import dev.leantokens.mcp.authorization.McpAuthorization;
import io.quarkiverse.mcp.server.McpServer;
import io.quarkiverse.mcp.server.runtime.config.McpServerRuntimeConfig.Icon;
import io.quarkiverse.mcp.server.runtime.config.McpServerRuntimeConfig.ServerInfo;
import io.quarkiverse.mcp.server.runtime.config.McpServersRuntimeConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Introduces the server to clients, with and without a handshake. Thread-safe. */
@ApplicationScoped
public class ServerIntroduction {

    private final ServerInfo config;
    private final McpAuthorization authorization;
    private final String name;
    private final String version;

    ServerIntroduction(McpServersRuntimeConfig config, McpAuthorization authorization,
            @ConfigProperty(name = "quarkus.application.name") String application,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.authorization = authorization;
        this.config = config.servers().get(McpServer.DEFAULT).serverInfo();
        this.name = this.config.name().orElse(application);
        this.version = this.config.version().orElse(version);
    }

    /** @return name, version and title, which are part of each result of revision 2026-07-28 */
    public JsonObject server() {
        JsonObject server = new JsonObject().put("name", name).put("version", version);
        config.title().ifPresent(title -> server.put("title", title));
        return server;
    }

    /** @return name, version, title, description and icons, for the response with which a client starts */
    public JsonObject describedServer() {
        JsonObject server = server();
        config.description().ifPresent(description -> server.put("description", description));
        // Revisions before 2025-11-25 have no icons. Their clients ignore unknown members.
        JsonArray icons = new JsonArray();
        config.icons().forEach(icon -> icons.add(json(icon)));
        return icons.isEmpty() ? server : server.put("icons", icons);
    }

    private static JsonObject json(Icon icon) {
        JsonObject json = new JsonObject().put("src", icon.src());
        icon.mimeType().ifPresent(type -> json.put("mimeType", type));
        return json.put("sizes", new JsonArray(icon.sizes()));
    }

    /** @return tools, resources and extensions, without list changes and subscriptions: all are fixed while the service runs */
    public JsonObject capabilities() {
        return new JsonObject().put("tools", new JsonObject()).put("resources", new JsonObject())
                .put("extensions", SkillMethods.capability().mergeIn(authorization.extensions()));
    }

    /** @return what a model has to know before it chooses a tool or a skill */
    public String instructions() {
        return Guidance.INSTRUCTIONS;
    }
}
