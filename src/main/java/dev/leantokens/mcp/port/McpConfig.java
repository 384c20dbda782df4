package dev.leantokens.mcp.port;

import java.util.OptionalInt;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Where MCP is served. */
@ConfigMapping(prefix = "mcp")
public interface McpConfig {

    /** The port; the main port's number serves both adapters there. */
    @WithDefault("9090")
    int port();

    /** How many sessions there are at most. For one more, the caller that has most loses the one that it used least lately. */
    @WithDefault("1000")
    int maxSessions();

    /**
     * How many sessions one caller has at most: a local client, or whoever else comes from one address. Half of all if it
     * is not set.
     */
    OptionalInt maxSessionsPerCaller();

    /**
     * Whether clients that initialize are served without sessions, so that each of their requests can reach another replica.
     * Then the server cannot send them anything by itself, and takes no batches.
     */
    @WithDefault("false")
    boolean autoInit();
}
