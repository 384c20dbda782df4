package examples;

// snippet: secret
import org.springframework.ai.mcp.customizer.McpClientCustomizer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;

@Configuration
class LeanMcpConfiguration {

    @Bean
    McpClientCustomizer<HttpClientStreamableHttpTransport.Builder> leanSecret(@Value("${lean.secret}") String secret) {
        return (connection, transport) -> {
            if (connection.equals("lean")) {
                transport.httpRequestCustomizer((request, method, uri, body, context) -> request
                        .setHeader("Authorization", "Bearer " + secret));
            }
        };
    }
}
// end: secret
