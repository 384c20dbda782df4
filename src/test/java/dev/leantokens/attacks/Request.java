package dev.leantokens.attacks;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.StatelessMcp;
import dev.leantokens.token.ClientCredentials;
import io.vertx.core.json.JsonObject;

/** A well-formed HTTP request, to either port. */
record Request(String method, String path, Map<String, String> headers, String body) {

    private static final String JSON = "application/json";
    private static final String REVISION = "2025-06-18";

    static Request get(String path) {
        return new Request("GET", path, Map.of(), "");
    }

    /** @return a request to the token endpoint */
    static Request token(JsonObject members) {
        return new Request("POST", Target.TOKEN_PATH, Map.of("Content-Type", JSON), members.encode());
    }

    /** @return a request to the token endpoint, without client credentials */
    static Request token(String scope) {
        return token(new JsonObject().put("scope", scope));
    }

    /** @return a request to the token endpoint, with client credentials in the body */
    static Request token(String scope, ClientCredentials client) {
        return token(members(scope, client));
    }

    static JsonObject members(String scope, ClientCredentials client) {
        return new JsonObject().put("scope", scope).put("client_id", client.clientId())
                .put("client_secret", client.clientSecret());
    }

    static Request form(String scope) {
        return new Request("POST", Target.TOKEN_PATH, Map.of("Content-Type", "application/x-www-form-urlencoded"),
                "grant_type=client_credentials&scope=" + scope);
    }

    static Request mcp(String message) {
        return new Request("POST", Target.MCP_PATH,
                Map.of("Content-Type", JSON, "Accept", "application/json, text/event-stream"), message);
    }

    static Request initialize() {
        return mcp(new JsonObject().put("jsonrpc", "2.0").put("id", 0).put("method", "initialize")
                .put("params", new JsonObject().put("protocolVersion", REVISION).put("capabilities", new JsonObject())
                        .put("clientInfo", new JsonObject().put("name", "attacks").put("version", "1")))
                .encode());
    }

    /** @return a call of the tool within a session */
    static Request call(JsonObject members, String session) {
        JsonObject params = new JsonObject().put("name", McpCalls.TOOL)
                .put("arguments", new JsonObject().put("body", members));
        return mcp(new JsonObject().put("jsonrpc", "2.0").put("id", 1).put("method", "tools/call").put("params", params)
                .encode()).with("Mcp-Session-Id", session);
    }

    /** @return a call of the tool without a handshake */
    static Request statelessCall(JsonObject members) {
        JsonObject params = new JsonObject().put("name", McpCalls.TOOL)
                .put("arguments", new JsonObject().put("body", members));
        return mcp(StatelessMcp.request("tools/call", params).encode()).with("MCP-Protocol-Version", StatelessMcp.REVISION)
                .with("Mcp-Method", "tools/call").with("Mcp-Name", McpCalls.TOOL);
    }

    Request with(String header, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new Request(method, path, all, body);
    }

    Request basic(ClientCredentials client) {
        return with("Authorization", "Basic " + Base64.getEncoder().encodeToString(
                (client.clientId() + ":" + client.clientSecret()).getBytes(StandardCharsets.US_ASCII)));
    }

    Request bearer(ClientCredentials client) {
        return with("Authorization", "Bearer " + client.clientSecret());
    }
}
