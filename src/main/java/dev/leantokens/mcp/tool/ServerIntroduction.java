package dev.leantokens.mcp.tool;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import io.quarkiverse.mcp.server.McpServer;
import io.quarkiverse.mcp.server.runtime.config.McpServerRuntimeConfig.ServerInfo;
import io.quarkiverse.mcp.server.runtime.config.McpServersRuntimeConfig;
import io.vertx.core.json.JsonObject;

/** Introduces the server to clients, with and without a handshake. Thread-safe. */
@ApplicationScoped
public class ServerIntroduction {

    private final ServerInfo config;
    private final String name;
    private final String version;

    ServerIntroduction(McpServersRuntimeConfig config, @ConfigProperty(name = "quarkus.application.name") String application,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.config = config.servers().get(McpServer.DEFAULT).serverInfo();
        this.name = this.config.name().orElse(application);
        this.version = this.config.version().orElse(version);
    }

    /** @return name, version and title */
    public JsonObject server() {
        JsonObject server = new JsonObject().put("name", name).put("version", version);
        config.title().ifPresent(title -> server.put("title", title));
        return server;
    }

    /** @return name, version, title and description */
    public JsonObject describedServer() {
        JsonObject server = server();
        config.description().ifPresent(description -> server.put("description", description));
        return server;
    }

    /** @return tools and resources, without list changes and subscriptions: both are fixed while the service runs */
    public JsonObject capabilities() {
        return new JsonObject().put("tools", new JsonObject()).put("resources", new JsonObject());
    }

    public Optional<String> instructions() {
        return config.instructions();
    }
}
