package examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.mcp.client.McpClient;
import dev.langchain4j.service.tool.ToolProviderResult;

class LangChain4jExampleTest {

    private static final String URL = RunningService.MCP_ENDPOINT.toString();

    @Test
    void receivesATokenWithoutASecret() throws Exception {
        try (McpClient lean = LangChain4jExample.connect(URL)) {
            receivesAToken(lean);
        }
    }

    @Test
    void receivesATokenWithASecret() throws Exception {
        try (McpClient lean = LangChain4jExample.connect(URL, RunningService.SECRET)) {
            receivesAToken(lean);
        }
    }

    @Test
    void reportsAWrongSecret() {
        assertThatThrownBy(() -> LangChain4jExample.connect(URL, "wrong")).hasMessageContaining("401");
    }

    private static void receivesAToken(McpClient lean) {
        ToolProviderResult tools = LangChain4jExample.tools(lean).provideTools(null);
        assertThat(tools.tools().keySet()).extracting(ToolSpecification::name).containsExactly("lean-generate-access-token");
        String result = lean.executeTool(ToolExecutionRequest.builder().name("lean-generate-access-token")
                .arguments("{\"body\":{\"scope\":\"api\"}}").build()).resultText();
        assertThat(result).containsPattern("\"access_token\":\"" + RunningService.TOKEN);
    }
}
