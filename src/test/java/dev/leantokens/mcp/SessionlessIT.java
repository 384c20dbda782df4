package dev.leantokens.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Metrics;
import dev.leantokens.testing.OfficialClient;
import dev.leantokens.testing.RawHttp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;

/** Clients with a handshake are served without sessions if {@code MCP_AUTO_INIT} is set. */
@QuarkusIntegrationTest
@WithTestResource(LeanStub.class)
@TestProfile(SessionlessIT.Without.class)
class SessionlessIT {

    public static class Without implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("mcp.auto-init", "true");
        }
    }

    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
            + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";
    private static final String CALL = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\""
            + McpCalls.TOOL + "\",\"arguments\":{\"body\":{\"scope\":\"api\"}}}}";

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    @Test
    void handshakeIsAnsweredWithoutASession() {
        RawHttp.Response response = post(INITIALIZE);

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).contains("\"protocolVersion\":\"2025-06-18\"");
        assertThat(response.headers()).doesNotContainKey("Mcp-Session-Id");
        assertThat(new JsonObject(response.body()).getJsonObject("result").getJsonObject("capabilities"))
                .isEqualTo(McpCalls.CAPABILITIES);
        assertThat(post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}").status()).isEqualTo(202);
    }

    @Test
    void eachRequestIsIndependent() {
        assertThat(post(CALL).body()).contains(LeanStub.TOKEN);
        assertThat(post(CALL, "Mcp-Session-Id: of-another-replica").body()).contains(LeanStub.TOKEN);
        assertThat(post(CALL, "Mcp-Protocol-Version: 2025-11-25").body()).contains(LeanStub.TOKEN);
    }

    @Test
    void unknownMethodIsAnsweredAsInASession() {
        RawHttp.Response response = post("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"nothing\"}");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).contains("-32601", "\"id\":3");
    }

    @Test
    void skillIsListed() {
        RawHttp.Response list = post("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"skills/list\"}");
        RawHttp.Response get = post(
                "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"skills/get\",\"params\":{\"uri\":\"skill://nothing\"}}");

        assertThat(new JsonObject(list.body()).getJsonObject("result").getJsonArray("skills")).hasSize(1);
        assertThat(get.body()).contains("-32602", "\"id\":3");
    }

    @Test
    void noSessionStaysOpen() {
        post(INITIALIZE);
        post(CALL);
        post("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"nothing\"}");
        post("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"nothing\"}}");
        post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
        post("{\"jsonrpc\":\"2.0\",\"method\":\"nothing\"}");
        post("{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{}}");
        post("{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"skills/list\"}");
        post("{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"roots/list\",\"params\":{\"method\":\"skills/list\"}}");
        post("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"resources/subscribe\",\"params\":{\"uri\":\"x\"}}");
        post("{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}");
        post("[" + CALL + "]");

        assertThat(Metrics.scrape().value("mcp_server_connections_active")).isZero();
    }

    /** The extension reads metadata as a handshake, and would keep the session if they are invalid. */
    @ParameterizedTest
    @ValueSource(strings = { "\"clientInfo\":7", "\"clientInfo\":{}",
            "\"clientInfo\":{\"name\":\"x\",\"version\":\"1\",\"icons\":[7]}",
            "\"clientCapabilities\":7" })
    void metadataOfARequestAreNoHandshake(String metadata) {
        RawHttp.Response response = post("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\",\"params\":{\"_meta\":{"
                + metadata.replaceFirst("\"", "\"io.modelcontextprotocol/") + "}}}");

        assertThat(response.status()).isEqualTo(200);
        assertThat(new JsonObject(response.body()).getJsonObject("result").getJsonArray("tools")).hasSize(1);
        assertThat(Metrics.scrape().value("mcp_server_connections_active")).isZero();
    }

    /** Clients request a stream after each handshake; in MCP, 405 means that none is offered. */
    @Test
    void requestForAStreamIsNotCountedAsAnError() {
        Metrics before = Metrics.scrape();

        RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, lean.mcpPort(),
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n");

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.body()).contains("\"error\":\"invalid_request\"");
        Metrics after = Metrics.scrape();
        for (String counted : new String[] { "token_errors_total", "token_requests_total" }) {
            assertThat(after.sum(counted, "adapter=\"mcp\"")).as(counted).isEqualTo(before.sum(counted, "adapter=\"mcp\""));
        }
    }

    @Test
    void optionsNameTheMethodsServedWithoutSessions() {
        RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, lean.mcpPort(),
                "OPTIONS /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers()).containsEntry("Allow", "POST, OPTIONS");
    }

    @ParameterizedTest
    @ValueSource(strings = { "GET", "DELETE" })
    void streamsAndSessionsAreNotSupported(String method) {
        RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, lean.mcpPort(),
                method + " /mcp HTTP/1.1\r\nHost: localhost\r\n"
                        + "Accept: text/event-stream\r\nMcp-Session-Id: of-another-replica\r\nConnection: close\r\n\r\n");

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.headers().get("Allow")).isEqualTo("POST");
    }

    @Test
    void officialClientIsServed() {
        try (OfficialClient official = OfficialClient.connect(lean.mcpPort())) {
            assertThat(official.call(Map.of("scope", "api")).isError()).isFalse();
            assertThat(official.call(Map.of("scope", "payments")).isError()).isTrue();
        }
    }

    private RawHttp.Response post(String body, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Accept: application/json, text/event-stream";
        return RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp", "application/json", body, all);
    }
}
