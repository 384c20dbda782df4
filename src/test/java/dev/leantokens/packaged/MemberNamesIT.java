package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.KeptConnection;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import io.vertx.core.json.JsonObject;

/** Invented member names do not fill the memory. A native executable never frees interned strings. */
class MemberNamesIT {

    private static final String HEAP = "-Xmx32m";
    /** Enough names to exceed the heap. */
    private static final int REQUESTS = 2_300;
    private static final String LONG = "x".repeat(15_000);

    @Test
    void inventedNamesDoNotFillTheMemory() {
        try (PackagedApplication application = PackagedApplication.startWith(List.of(HEAP),
                Map.of("LEAN_ENVIRONMENT", "stand-in"))) {
            String session = session(application.mcpPort());
            for (int i = 0; i < REQUESTS; i += 100) {
                String name = i + "-" + LONG;
                send(application.port(), "/v1/oauth2/token", name, "{\"scope\":\"api\",\"%s\":1}");
                send(application.mcpPort(), "/mcp", name, call(new JsonObject()), "Mcp-Session-Id: " + session);
                send(application.mcpPort(), "/mcp", name, call(new JsonObject().put("_meta", StatelessMcp.meta())),
                        StatelessMcp.VERSION_HEADER, "Mcp-Method: tools/call", "Mcp-Name: " + McpCalls.TOOL);
            }
            assertThat(application.token().status()).isEqualTo(200);
            assertThat(application.log()).doesNotContain("OutOfMemory");
        }
    }

    private static String call(JsonObject params) {
        JsonObject body = new JsonObject().put("scope", "api").put("%s", 1);
        return new JsonObject().put("jsonrpc", "2.0").put("id", 1).put("method", "tools/call").put("params",
                params.put("name", McpCalls.TOOL).put("arguments", new JsonObject().put("body", body))).encode();
    }

    /** Sends a hundred requests with different names. */
    private static void send(int port, String path, String name, String body, String... headers) {
        try (KeptConnection connection = new KeptConnection(RawHttp.LOOPBACK, port)) {
            for (int i = 0; i < 100; i++) {
                String message = body.replace("%s", i + name);
                assertThat(connection.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Accept: application/json, text/event-stream\r\n" + String.join("\r\n", headers)
                        + (headers.length == 0 ? "" : "\r\n") + "Content-Length: " + message.length() + "\r\n\r\n" + message)
                        .response().status()).isEqualTo(200);
            }
        }
    }

    private static String session(int port) {
        return RawHttp.post(RawHttp.LOOPBACK, port, "/mcp", "application/json",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\","
                        + "\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}",
                "Accept: application/json, text/event-stream").headers().get("Mcp-Session-Id");
    }
}
