package dev.leantokens.mcp.port;

import static dev.leantokens.settings.SettingRule.HIGHEST_PORT;
import static dev.leantokens.settings.SettingRule.require;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import jakarta.inject.Singleton;

import dev.leantokens.settings.SettingsCheck;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;

/** Validates the settings of this package. */
@Singleton
final class McpConfigRules implements SettingsCheck {

    private final McpConfig config;
    private final VertxHttpConfig http;

    McpConfigRules(McpConfig config, VertxHttpConfig http) {
        this.config = config;
        this.http = http;
    }

    @Override
    public void check() {
        check(config);
        checkMainPort(McpListener.mainPort(http));
        checkHost(http.host());
    }

    /** @throws ConfigurationException if a setting is invalid; the message names the variable */
    static void check(McpConfig config) {
        require(config.port() >= 0 && config.port() <= HIGHEST_PORT, "MCP_PORT must be from 0 to " + HIGHEST_PORT);
        require(config.maxSessions() > 0, "MCP_MAX_SESSIONS must be greater than 0");
        config.maxSessionsPerCaller().ifPresent(most -> require(most > 0 && most <= config.maxSessions(),
                "MCP_MAX_SESSIONS_PER_CALLER must be greater than 0 and at most MCP_MAX_SESSIONS"));
    }

    /**
     * Binds a free port of the address for a moment.
     *
     * @throws ConfigurationException if that fails: the HTTP server logs a stack trace, or that the port is in use
     */
    static void checkHost(String host) {
        try {
            new ServerSocket(0, 1, InetAddress.getByName(host)).close();
        } catch (IOException e) {
            throw new ConfigurationException("QUARKUS_HTTP_HOST must be an address of this machine, or a name for one");
        }
    }

    /** @throws ConfigurationException if the main port is invalid: the HTTP server logs a stack trace or nothing */
    static void checkMainPort(int port) {
        require(port >= 0 && port <= HIGHEST_PORT, "PORT must be from 0 to " + HIGHEST_PORT);
    }
}
