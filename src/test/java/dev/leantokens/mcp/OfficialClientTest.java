package dev.leantokens.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.OfficialClient;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;

/** The official client for Java can list and call the tool, and reads its errors. Those for TypeScript: {@code .ci/mcp}. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class OfficialClientTest {

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    @Test
    void toolIsListed() {
        try (OfficialClient official = OfficialClient.connect(lean.mcpPort())) {
            assertThat(official.client().getServerInfo().name()).isEqualTo("lean-authentication-tokens");
            assertThat(official.client().listTools().tools()).extracting(Tool::name).containsExactly(McpCalls.TOOL);
            assertThat(official.client().listResources().resources()).hasSize(1);
        }
    }

    @Test
    void toolIsCalled() {
        try (OfficialClient official = OfficialClient.connect(lean.mcpPort())) {
            CallToolResult result = official.call(Map.of("scope", "api"));

            assertThat(result.isError()).isFalse();
            assertThat(OfficialClient.textOf(result).getString("access_token")).isEqualTo(LeanStub.TOKEN);
            assertThat(JsonObject.mapFrom(result.structuredContent())).isEqualTo(OfficialClient.textOf(result));
        }
    }

    @Test
    void errorsAreRead() {
        try (OfficialClient official = OfficialClient.connect(lean.mcpPort())) {
            CallToolResult result = official.call(Map.of("scope", "payments"));

            assertThat(result.isError()).isTrue();
            assertThat(result.structuredContent()).isNull();
            assertThat(OfficialClient.textOf(result).getString("error")).isEqualTo("invalid_scope");
            assertThatThrownBy(() -> official.client().callTool(CallToolRequest.builder("nothing").arguments(Map.of()).build()))
                    .isInstanceOfSatisfying(McpError.class, e -> assertThat(e.getJsonRpcError().code()).isEqualTo(-32602));
        }
    }
}
