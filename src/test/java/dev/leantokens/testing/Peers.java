package dev.leantokens.testing;

import java.util.Arrays;
import java.util.Optional;

import javax.net.ssl.SSLContext;

/**
 * Calls both adapters from a given address, without credentials unless the body or a header has some, or the connection.
 *
 * @param tls the caller's certificate and trust; empty without TLS
 */
public record Peers(int port, int mcpPort, Optional<SSLContext> tls) {

    private static final String ACCEPT = "Accept: application/json, text/event-stream";
    private static final String JSON = "application/json";

    private static final String API = "api";

    public Peers(int port, int mcpPort) {
        this(port, mcpPort, Optional.empty());
    }

    public RawHttp.Response rest(String from) {
        return rest(from, "");
    }

    /** @param members further members of the request, each after a comma */
    public RawHttp.Response rest(String from, String members, String... headers) {
        return token(from, API, members, headers);
    }

    public RawHttp.Response token(String from, String scope, String members, String... headers) {
        return RawHttp.post(tls, from, port, "/v1/oauth2/token", JSON, request(scope, members), headers);
    }

    public String mcp(String from) {
        return mcp(from, "");
    }

    /** @return the body of the answer to the tool's call, or of the refusal of a session */
    public String mcp(String from, String members, String... headers) {
        return call(from, API, members, headers).body();
    }

    /** @return the answer to the tool's call, or the refusal of a session */
    public RawHttp.Response call(String from, String scope, String members, String... headers) {
        RawHttp.Response initialized = send(from, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
                + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}",
                headers);
        String session = initialized.headers().get("Mcp-Session-Id");
        if (session == null) {
            return initialized;
        }
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Mcp-Session-Id: " + session;
        send(from, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", all);
        return send(from, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"" + McpCalls.TOOL
                + "\",\"arguments\":{\"body\":" + request(scope, members) + "}}}", all);
    }

    /** @return the answer to the tool's call of a client without a handshake */
    public RawHttp.Response statelessCall(String from, String scope, String members, String... headers) {
        return new StatelessMcp(mcpPort, tls).call(from, scope, members, headers);
    }

    private static String request(String scope, String members) {
        return "{\"scope\":\"" + scope + "\"" + members + "}";
    }

    private RawHttp.Response send(String from, String message, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = ACCEPT;
        return RawHttp.post(tls, from, mcpPort, "/mcp", JSON, message, all);
    }
}
