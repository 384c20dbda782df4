package dev.leantokens.mcp.authorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.quarkus.runtime.configuration.ConfigurationException;

class ResourceUrlTest {

    /** RFC 9728 §3.1: the well-known path is inserted between the host and the path. */
    @ParameterizedTest
    @CsvSource({
            "https://lean-tokens.example.com/mcp,      lean-tokens.example.com, https://lean-tokens.example.com, /mcp",
            "https://gateway.example.com:8443/a/b_1/mcp, gateway.example.com, https://gateway.example.com:8443, /a/b_1/mcp",
            "http://localhost:9090/mcp,                localhost,               http://localhost:9090,           /mcp",
            "http://127.0.0.1:9090/mcp,                127.0.0.1,               http://127.0.0.1:9090,           /mcp",
            "http://[::1]:9090/mcp,                    [::1],                   http://[::1]:9090,               /mcp",
            "https://[fd00::1]/mcp,                    [fd00::1],               https://[fd00::1],               /mcp",
            "http://localhost:443/mcp,                 localhost,               http://localhost:443,            /mcp",
            "' https://tokens/mcp ',                   tokens,                  https://tokens,                  /mcp",
    })
    void metadataIsAtTheWellKnownPathBeforeThatOfTheResource(String url, String host, String origin, String path) {
        ResourceUrl resource = ResourceUrl.of(url);

        assertThat(resource).hasToString(url.strip());
        assertThat(resource.host()).isEqualTo(host);
        assertThat(resource.metadataPath()).isEqualTo("/.well-known/oauth-protected-resource" + path);
        assertThat(resource.metadataUrl()).isEqualTo(origin + "/.well-known/oauth-protected-resource" + path);
    }

    /** Clients would compare another form than this service. */
    @ParameterizedTest
    @ValueSource(strings = { "", "tokens.example.com/mcp", "/mcp", "https:///mcp", "https:tokens/mcp", "ftp://tokens/mcp",
            "https://tokens.example.com", "https://tokens.example.com/", "https://tokens.example.com/mcp/",
            "https://tokens.example.com//mcp", "https://Tokens.example.com/mcp", "HTTPS://tokens.example.com/mcp",
            "https://tokens.example.com:443/mcp", "http://localhost:80/mcp", "https://tokens.example.com:/mcp",
            "https://tokens.example.com:0/mcp", "https://tokens.example.com:08443/mcp", "https://tokens.example.com:123456/mcp",
            "https://user@tokens.example.com/mcp", "https://user:secret@tokens.example.com/mcp",
            "https://tokens.example.com/mcp?a=b", "https://tokens.example.com/mcp?", "https://tokens.example.com/mcp#a",
            "https://tokens.example.com/mcp#", "https://tokens.example.com/./mcp", "https://tokens.example.com/a/../mcp",
            "https://tokens.example.com/mcp/..", "https://tokens.example.com/%6dcp", "https://tokens.example.com/mcp;a",
            "https://tokens.example.com/m cp", "https://tokens.example.com/\u00fc", "https://tokens.example.com./mcp",
            "https://.example.com/mcp", "https://tokens..example.com/mcp", "https://tokens.example.com/mcp\n",
            "https://tokens.example.com/mcp\" x=\"", "https://tokens.example.com\\mcp" })
    void urlThatIsNotInItsNormalFormIsRefused(String url) {
        // Spaces around a value are not part of it.
        String intact = url.endsWith("\n") ? "https://tokens.example.com/mcp\n/a" : url;

        assertThatThrownBy(() -> ResourceUrl.of(intact)).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("MCP_OAUTH_RESOURCE must be the URL that MCP clients connect to");
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://tokens.example.com/mcp", "http://localhost.example.com/mcp", "http://127.0.0.2/mcp",
            "http://0.0.0.0:9090/mcp", "http://[::2]/mcp" })
    void plainHttpIsForLoopbackNamesOnly(String url) {
        assertThatThrownBy(() -> ResourceUrl.of(url)).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("MCP_OAUTH_RESOURCE must be an https URL");
    }
}
