package dev.leantokens.mcp.authorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.http.Endpoint;
import dev.leantokens.mcp.port.McpConfig;
import dev.leantokens.testing.Settings;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.json.JsonObject;

class McpAuthorizationTest {

    private static final String RESOURCE = "https://lean-tokens.example.com/mcp";
    private static final List<String> ISSUERS = List.of("https://idp.example.com", "https://other.example.com/realm");

    @Test
    void offMeansNoAudienceNoHostNoMetadataAndNoExtension() {
        McpAuthorization off = with();

        assertThat(off.isOn()).isFalse();
        assertThat(off.audienceAt(Endpoint.MCP)).isEmpty();
        assertThat(off.host()).isEmpty();
        assertThat(off.metadataPaths()).isEmpty();
        assertThat(off.extensions()).isEmpty();
    }

    @Test
    void onlyMcpIsTheResource() {
        McpAuthorization on = with("mcp.oauth-resource", RESOURCE);

        for (Endpoint endpoint : Endpoint.values()) {
            if (endpoint == Endpoint.MCP) {
                assertThat(on.audienceAt(endpoint)).contains(RESOURCE);
            } else {
                assertThat(on.audienceAt(endpoint)).as(endpoint.name()).isEmpty();
            }
        }
        assertThat(on.host()).contains("lean-tokens.example.com");
        assertThat(on.extensions()).isEqualTo(new JsonObject("{\"io.modelcontextprotocol/oauth-client-credentials\":{}}"));
    }

    @Test
    void metadataHasNoEmptyMembers() {
        assertThat(with("mcp.oauth-resource", RESOURCE).metadata(List.of())).isEqualTo(new JsonObject("""
                {"resource": "https://lean-tokens.example.com/mcp", "resource_name": "Tokens",
                 "bearer_methods_supported": ["header"]}"""));
    }

    @Test
    void metadataNamesTheIssuersAndTheScopes() {
        McpAuthorization on = with("mcp.oauth-resource", RESOURCE, "mcp.oauth-scopes", "tokens:read, tokens:api,tokens:read");

        assertThat(on.metadata(ISSUERS)).isEqualTo(new JsonObject("""
                {"resource": "https://lean-tokens.example.com/mcp", "resource_name": "Tokens",
                 "authorization_servers": ["https://idp.example.com", "https://other.example.com/realm"],
                 "scopes_supported": ["tokens:read", "tokens:api"], "bearer_methods_supported": ["header"]}"""));
    }

    @Test
    void tokenNeedsAllScopes() {
        McpAuthorization on = with("mcp.oauth-resource", RESOURCE, "mcp.oauth-scopes", "a,b");

        assertThatCode(() -> on.requireScopes(Set.of("b", "c", "a"))).doesNotThrowAnyException();
        for (Set<String> granted : List.of(Set.<String> of(), Set.of("a"), Set.of("b", "c"), Set.of("A", "B"))) {
            assertThatThrownBy(() -> on.requireScopes(granted)).isInstanceOfSatisfying(TokenException.class, refusal -> {
                assertThat(refusal.error()).isEqualTo(TokenError.INSUFFICIENT_SCOPE);
                assertThat(refusal).hasMessageEndingWith("needs: a b");
            });
        }
        assertThatCode(() -> with("mcp.oauth-resource", RESOURCE).requireScopes(Set.of())).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = { "a b", "a,b c", "\"a\"", "a\\\\b", "\u00fc", "a\tb", "a,b\u007f" })
    void scopeThatIsNoScopeTokenIsRefused(String scopes) {
        assertThatThrownBy(() -> with("mcp.oauth-resource", RESOURCE, "mcp.oauth-scopes", scopes))
                .isInstanceOf(ConfigurationException.class).hasMessageStartingWith("MCP_OAUTH_SCOPES must be");
    }

    @Test
    void otherSettingsWithoutAResourceAreRefused() {
        assertThatThrownBy(() -> with("mcp.oauth-scopes", "a")).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("MCP_OAUTH_SCOPES must be set together with MCP_OAUTH_RESOURCE");
        assertThatThrownBy(() -> with("mcp.oauth-issuers", "a")).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("MCP_OAUTH_ISSUERS must be set together with MCP_OAUTH_RESOURCE");
    }

    private static McpAuthorization with(String... settings) {
        return new McpAuthorization(Settings.of(McpConfig.class, settings), "Tokens");
    }
}
