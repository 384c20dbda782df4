package dev.leantokens.mcp.port;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The settings of MCP. */
@ConfigMapping(prefix = "mcp")
public interface McpConfig {

    /** The port of MCP. The main port's number serves both adapters on the main port. */
    @WithDefault("9090")
    int port();

    /**
     * The URL by which clients connect to MCP. With it, MCP is a protected resource of OAuth 2.0 (RFC 9728): clients learn at
     * which trusted issuer they get a token, which must have this URL as its audience.
     */
    Optional<String> oauthResource();

    /**
     * The ids of the trusted issuers at which clients log in, in the order of preference. By default, all whose keys are found
     * by discovery, except public ones.
     */
    Optional<List<String>> oauthIssuers();

    /** The OAuth scopes that an access token needs at MCP. */
    Optional<List<String>> oauthScopes();

    /** The maximum number of sessions. Beyond it, the caller with the most sessions loses its least recently used one. */
    @WithDefault("1000")
    int maxSessions();

    /** The maximum number of sessions of one caller: a local client, or an address. Half of all by default. */
    OptionalInt maxSessionsPerCaller();

    /**
     * Whether clients with a handshake are served without sessions, so that each of their requests may reach another
     * replica. The server then sends no requests or notifications, and accepts no batches.
     */
    @WithDefault("false")
    boolean autoInit();
}
