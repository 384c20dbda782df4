package dev.leantokens.testing;

import java.util.Arrays;

/** Calls both adapters from an address of choice, without credentials unless the body has some. */
public record Peers(int port, int mcpPort) {

    private static final String ACCEPT = "Accept: application/json, text/event-stream";
    private static final String JSON = "application/json";

    public RawHttp.Response rest(String from) {
        return rest(from, "");
    }

    /** @param members further members of the request, each after a comma */
    public RawHttp.Response rest(String from, String members, String... headers) {
        return RawHttp.post(from, port, "/v1/oauth2/token", JSON, "{\"scope\":\"api\"" + members + "}", headers);
    }

    public String mcp(String from) {
        return mcp(from, "");
    }

    /** @return the body of the answer to the tool's call */
    public String mcp(String from, String members, String... headers) {
        RawHttp.Response initialized = send(from, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
                + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}",
                headers);
        String session = initialized.headers().get("Mcp-Session-Id");
        if (session == null) {
            return initialized.body();
        }
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Mcp-Session-Id: " + session;
        send(from, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", all);
        return send(from, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"" + McpCalls.TOOL
                + "\",\"arguments\":{\"body\":{\"scope\":\"api\"" + members + "}}}}", all).body();
    }

    private RawHttp.Response send(String from, String message, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = ACCEPT;
        return RawHttp.post(from, mcpPort, "/mcp", JSON, message, all);
    }
}
