package examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.ToolCallbackProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.McpHttpClientTransportAuthorizationException;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;

class LeanMcpConfigurationTest {

    @Nested
    @SpringBootTest(classes = WithoutSecret.class)
    class WithoutASecret extends ReceivesAToken {
    }

    @Nested
    @SpringBootTest(classes = { WithoutSecret.class, LeanMcpConfiguration.class })
    class WithASecret extends ReceivesAToken {
    }

    /** It shows that the secret is sent: without one, the service would serve this machine. */
    @Test
    void reportsAWrongSecret() {
        var application = new SpringApplicationBuilder(WithoutSecret.class, LeanMcpConfiguration.class)
                .web(WebApplicationType.NONE).profiles("mcp");
        assertThatThrownBy(() -> application.run("--lean.secret=wrong",
                "--spring.ai.mcp.client.streamable-http.connections.lean.url=" + RunningService.MCP_ENDPOINT.resolve("/")))
                .hasRootCauseInstanceOf(McpHttpClientTransportAuthorizationException.class);
    }

    @Configuration
    @EnableAutoConfiguration
    static class WithoutSecret {
    }

    @ActiveProfiles("mcp")
    abstract static class ReceivesAToken {

        @Autowired
        List<McpSyncClient> clients;

        @Autowired
        ToolCallbackProvider tools;

        @DynamicPropertySource
        static void addresses(DynamicPropertyRegistry properties) {
            properties.add("spring.ai.mcp.client.streamable-http.connections.lean.url",
                    () -> RunningService.MCP_ENDPOINT.resolve("/").toString());
            properties.add("lean.secret", () -> RunningService.SECRET);
        }

        @Test
        void receivesAToken() {
            assertThat(tools.getToolCallbacks()).extracting(ToolCallback::getToolDefinition)
                    .singleElement().satisfies(tool -> assertThat(tool.name()).endsWith("lean_generate_access_token"));
            var result = clients.get(0).callTool(CallToolRequest.builder("lean-generate-access-token")
                    .arguments(Map.of("body", Map.of("scope", "api"))).build());
            assertThat(result.structuredContent()).asString().containsPattern(RunningService.TOKEN);
        }
    }
}
