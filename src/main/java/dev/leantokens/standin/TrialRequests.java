package dev.leantokens.standin;

import java.util.Optional;

import dev.leantokens.http.Endpoint;
import dev.leantokens.token.ClientCredentials;

/**
 * Describes how to request a token from a service that has just started.
 *
 * @param encrypted whether the ports serve TLS only
 * @param credentials what each request must contain; empty if nothing
 * @param complete whether that is enough: it is not if only local clients are served
 */
record TrialRequests(boolean encrypted, int port, int mcpPort, Optional<ClientCredentials> credentials, boolean complete) {

    /** @return a line each for REST and MCP: a command that can be copied, or a URL if the caller needs more than that */
    String lines() {
        String rest = url(port) + Endpoint.TOKEN_PATH;
        String mcp = url(mcpPort) + Endpoint.MCP_PATH;
        if (encrypted || !complete) {
            return "REST:  " + rest + "\nMCP:   " + mcp;
        }
        String user = credentials.map(client -> "-u " + client.clientId() + ":" + client.clientSecret() + " ").orElse("");
        String members = credentials.map(client -> ",\"client_id\":\"" + client.clientId() + "\",\"client_secret\":\""
                + client.clientSecret() + "\"").orElse("");
        return "REST:  curl " + user + "-d scope=api " + rest + "\n"
                + "MCP:   npx @modelcontextprotocol/inspector --cli " + mcp + " --transport http \\\n"
                + "         --method tools/call --tool-name lean-generate-access-token --tool-arg 'body={\"scope\":\"api\""
                + members
                + "}'";
    }

    private String url(int of) {
        return (encrypted ? "https://localhost:" : "http://localhost:") + of;
    }
}
