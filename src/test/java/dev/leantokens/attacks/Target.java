package dev.leantokens.attacks;

/** The application under attack, by its ports on the loopback interface. */
public record Target(int port, int mcpPort) {

    /** Of the token endpoint. */
    public static final String TOKEN_PATH = "/v1/oauth2/token";

    public static final String MCP_PATH = "/mcp";
}
