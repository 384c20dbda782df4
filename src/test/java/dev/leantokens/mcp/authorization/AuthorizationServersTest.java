package dev.leantokens.mcp.authorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.issuer.IssuerSettings;
import io.quarkus.runtime.configuration.ConfigurationException;

class AuthorizationServersTest {

    private static final IssuerSettings IDP = issuer("idp", "https://idp.example.com");
    private static final IssuerSettings USERS = issuer("users", "https://users.example.com/realm");
    private static final IssuerSettings CLUSTER = issuer("k8s", "https://kubernetes.default.svc", "jwks-url",
            "https://kubernetes.default.svc/openid/v1/jwks");
    private static final IssuerSettings OFFLINE = issuer("offline", "https://offline.example.com", "jwks-file", "/keys.json");
    private static final IssuerSettings GITHUB = issuer("github", "https://token.actions.githubusercontent.com",
            "claims.repository", "a/b");
    private static final IssuerSettings NO_URL = issuer("account", "kubernetes/serviceaccount", "jwks-file", "/keys.json");
    private static final List<IssuerSettings> TRUSTED = List.of(CLUSTER, GITHUB, OFFLINE, IDP, NO_URL, USERS);

    private static IssuerSettings issuer(String id, String issuer, String... more) {
        Map<String, String> values = new HashMap<>(Map.of("issuer", issuer, "audience", id, "scopes", "api"));
        for (int i = 0; i < more.length; i += 2) {
            values.put(more[i], more[i + 1]);
        }
        return IssuerSettings.of(id, values);
    }

    /** No client finds the endpoints of the others, or should get its tokens there. */
    @Test
    void defaultIsWhatIsDiscoveredAndNotPublic() {
        AuthorizationServers all = new AuthorizationServers(List.of());

        assertThat(all.among(TRUSTED)).containsExactly("https://idp.example.com", "https://users.example.com/realm");
        assertThat(all.among(List.of(CLUSTER, GITHUB, OFFLINE, NO_URL))).isEmpty();
        assertThatCode(() -> all.requireTrusted(TRUSTED)).doesNotThrowAnyException();
    }

    @Test
    void chosenIssuersKeepTheirOrder() {
        AuthorizationServers chosen = new AuthorizationServers(List.of("users", " offline ", "idp", "users"));

        assertThat(chosen.among(TRUSTED)).containsExactly("https://users.example.com/realm", "https://offline.example.com",
                "https://idp.example.com");
        assertThatCode(() -> chosen.requireTrusted(TRUSTED)).doesNotThrowAnyException();
        // After a reload.
        assertThat(chosen.among(List.of(CLUSTER, IDP))).containsExactly("https://idp.example.com");
    }

    /** Several settings can be for one issuer. */
    @Test
    void issuerIsNamedOnce() {
        List<IssuerSettings> twice = List.of(IDP, issuer("idp-admins", "https://idp.example.com"));

        assertThat(new AuthorizationServers(List.of()).among(twice)).containsExactly("https://idp.example.com");
        assertThat(new AuthorizationServers(List.of("idp-admins", "idp")).among(twice))
                .containsExactly("https://idp.example.com");
    }

    @Test
    void chosenIssuerMustBeTrustedAndHaveAUrl() {
        for (String id : List.of("unknown", "account", "IDP", "")) {
            assertThatThrownBy(() -> new AuthorizationServers(List.of("idp", id)).requireTrusted(TRUSTED)).as(id)
                    .isInstanceOf(ConfigurationException.class).hasMessageStartingWith("MCP_OAUTH_ISSUERS must name")
                    .hasMessageEndingWith(": " + id);
        }
    }

    @Test
    void resourceNeedsAnIssuerToLogInAt() {
        for (List<IssuerSettings> trusted : List.of(List.<IssuerSettings> of(), List.of(CLUSTER, GITHUB, OFFLINE, NO_URL))) {
            assertThatThrownBy(() -> new AuthorizationServers(List.of()).requireTrusted(trusted))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith("MCP_OAUTH_RESOURCE must be set together with a trusted issuer");
        }
    }

    @ParameterizedTest
    @CsvSource({
            "https://idp.example.com,                true",
            "https://idp.example.com/,               true",
            "https://idp.example.com:8443/realms/a,  true",
            "http://localhost:8080/realms/a,         true",
            "http://127.0.0.1,                       true",
            "http://[::1]:8080,                      true",
            "http://idp.example.com,                 false",
            "https://idp.example.com?a=b,            false",
            "https://idp.example.com#a,              false",
            "https://user@idp.example.com,           false",
            "https://,                               false",
            "https://idp.example.com/a|b,            false",
            "kubernetes/serviceaccount,              false",
            "urn:idp,                                false",
            "accounts.google.com,                    false",
    })
    void issuerWithoutAUrlToLogInAtIsLeftOut(String identifier, boolean server) {
        IssuerSettings issuer = issuer("x", identifier, "jwks-file", "/keys.json");

        assertThat(new AuthorizationServers(List.of("x")).among(List.of(issuer))).hasSize(server ? 1 : 0);
    }
}
