package dev.leantokens.testing;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import io.vertx.core.json.JsonObject;

/** Sends MCP requests of revision 2026-07-28, which has no handshake, so that tests can omit or change any part. */
public record StatelessMcp(int mcpPort, String accept, Optional<SSLContext> tls) {

    public static final String REVISION = "2026-07-28";
    public static final String VERSION_HEADER = "MCP-Protocol-Version: " + REVISION;

    private static final String ACCEPT = "Accept: application/json, text/event-stream";
    private static final String META = "io.modelcontextprotocol/";

    public StatelessMcp(int mcpPort) {
        this(mcpPort, Optional.empty());
    }

    /** @param tls the caller's certificate and trust; empty without TLS */
    public StatelessMcp(int mcpPort, Optional<SSLContext> tls) {
        this(mcpPort, ACCEPT, tls);
    }

    /** @return a client that sends this {@code Accept} header */
    public StatelessMcp accepting(String header) {
        return new StatelessMcp(mcpPort, header, tls);
    }

    /** @return the metadata of each request */
    public static JsonObject meta() {
        return new JsonObject().put(META + "protocolVersion", REVISION)
                .put(META + "clientInfo", new JsonObject().put("name", "test").put("version", "1"))
                .put(META + "clientCapabilities", new JsonObject());
    }

    /** @return the body of a request with the id 1 and its metadata */
    public static JsonObject request(String method, JsonObject params) {
        return new JsonObject().put("jsonrpc", "2.0").put("id", 1).put("method", method)
                .put("params", params.copy().put("_meta", meta()));
    }

    /** Sends a complete request. */
    public RawHttp.Response send(String method, JsonObject params, String... headers) {
        return send(RawHttp.LOOPBACK, method, params, headers);
    }

    public RawHttp.Response send(String from, String method, JsonObject params, String... headers) {
        String name = params.getString("name", params.getString("uri"));
        String[] all = Stream.concat(Arrays.stream(headers), Stream.of(VERSION_HEADER, "Mcp-Method: " + method,
                name == null ? "X-No-Name: " : "Mcp-Name: " + name)).toArray(String[]::new);
        return post(from, request(method, params).encode(), all);
    }

    /** Calls the tool to request a token for a scope. */
    public RawHttp.Response call(String from, String scope, String members, String... headers) {
        return send(from, "tools/call", new JsonObject().put("name", McpCalls.TOOL).put("arguments", new JsonObject()
                .put("body", new JsonObject("{\"scope\":\"" + scope + "\"" + members + "}"))), headers);
    }

    /** Sends the body unchanged, with only the headers of any message. */
    public RawHttp.Response post(String from, String body, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = accept;
        return RawHttp.post(tls, from, mcpPort, "/mcp", "application/json", body, all);
    }

    public static JsonObject result(RawHttp.Response response) {
        JsonObject answer = new JsonObject(response.body());
        if (response.status() != 200 || !answer.containsKey("result")) {
            throw new AssertionError(response.status() + " " + response.body());
        }
        return answer.getJsonObject("result");
    }

    public static JsonObject error(RawHttp.Response response) {
        return new JsonObject(response.body()).getJsonObject("error");
    }
}
