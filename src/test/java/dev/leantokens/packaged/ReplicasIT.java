package dev.leantokens.packaged;

import static dev.leantokens.testing.StatelessMcp.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.OfficialClient;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RoundRobin;
import dev.leantokens.testing.StatelessMcp;
import io.vertx.core.json.JsonObject;

/** MCP with several processes: behind a load balancer, or one after the other when scaled to zero. */
class ReplicasIT {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final LeanStub lean = new LeanStub();

    @BeforeEach
    void start() {
        lean.start();
    }

    @AfterEach
    void stop() {
        lean.stop();
    }

    private PackagedApplication replica(String... namesAndValues) {
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url()));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return PackagedApplication.start(environment);
    }

    @Test
    void clientWithoutAHandshakeIsServedByAnyReplica() {
        try (PackagedApplication one = replica();
                PackagedApplication another = replica();
                RoundRobin proxy = new RoundRobin(one.mcpPort(), another.mcpPort())) {
            StatelessMcp mcp = new StatelessMcp(proxy.port());
            for (int i = 0; i < 4; i++) {
                assertThat(result(mcp.send("server/discover", new JsonObject())).getString("resultType")).isEqualTo("complete");
                assertThat(result(mcp.call(RawHttp.LOOPBACK, "api", "")).getBoolean("isError")).isFalse();
                assertThat(result(mcp.call(RawHttp.LOOPBACK, "payments", "")).getBoolean("isError")).isTrue();
            }
        }
        // Each replica has its own token cache.
        assertThat(lean.requests()).hasSize(2);
    }

    @Test
    void clientWithAHandshakeIsServedByAnyReplicaWithoutSessions() {
        try (PackagedApplication one = replica("MCP_AUTO_INIT", "true");
                PackagedApplication another = replica("MCP_AUTO_INIT", "true");
                RoundRobin proxy = new RoundRobin(one.mcpPort(), another.mcpPort());
                OfficialClient official = OfficialClient.connect(proxy.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(official.client().listTools().tools()).hasSize(1);
                assertThat(official.call(Map.of("scope", "api")).isError()).isFalse();
            }
        }
    }

    /** The session ended with its process; after a 404 the client initializes another. */
    @Test
    void clientWithAHandshakeContinuesWithTheNextProcess() {
        String port = Integer.toString(FreePorts.next());
        try (PackagedApplication first = replica("MCP_PORT", port);
                OfficialClient official = OfficialClient.connect(Integer.parseInt(port))) {
            assertThat(official.call(Map.of("scope", "api")).isError()).isFalse();
            first.terminate();
            first.exitCode();
            try (PackagedApplication second = replica("MCP_PORT", port)) {
                RawHttp.Response lost = RawHttp.post(RawHttp.LOOPBACK, Integer.parseInt(port), "/mcp", "application/json",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" + McpCalls.TOOL
                                + "\"}}",
                        "Accept: application/json, text/event-stream", "Mcp-Session-Id: of-the-first");

                assertThat(lost.status()).isEqualTo(404);
                // The client reports the ended session once, after it has initialized another.
                await().atMost(PATIENCE).ignoreExceptionsMatching(e -> e.getMessage().contains("session"))
                        .until(() -> !official.call(Map.of("scope", "api")).isError());
                assertThat(second.linesOf("ERROR")).isEmpty();
            }
        }
    }
}
