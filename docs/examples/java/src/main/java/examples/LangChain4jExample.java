package examples;

import java.util.Map;

import dev.langchain4j.mcp.McpToolProvider;
import dev.langchain4j.mcp.client.DefaultMcpClient;
import dev.langchain4j.mcp.client.McpClient;
import dev.langchain4j.mcp.client.transport.http.StreamableHttpMcpTransport;

class LangChain4jExample {

    // snippet: loopback
    static McpClient connect(String url) {
        var transport = StreamableHttpMcpTransport.builder().url(url).build();
        return DefaultMcpClient.builder().transport(transport).build();
    }
    // end: loopback

    // snippet: secret
    static McpClient connect(String url, String secret) {
        var transport = StreamableHttpMcpTransport.builder()
                .url(url)
                .customHeaders(Map.of("Authorization", "Bearer " + secret))
                .build();
        return DefaultMcpClient.builder().transport(transport).build();
    }
    // end: secret

    static McpToolProvider tools(McpClient lean) {
        // snippet: tools
        McpToolProvider tools = McpToolProvider.builder().mcpClients(lean).build();
        // end: tools
        return tools;
    }
}
