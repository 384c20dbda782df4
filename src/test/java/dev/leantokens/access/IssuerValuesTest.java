package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.issuer.IssuerSettings;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;

class IssuerValuesTest {

    private static final Map<String, String> IDP = Map.of("ACCESS_ISSUERS_IDP_ISSUER", "https://idp.example.com",
            "ACCESS_ISSUERS_IDP_AUDIENCE", "lean-tokens", "ACCESS_ISSUERS_IDP_SCOPES", "api");

    private static List<IssuerSettings> of(Map<String, String> environment, Map<String, String> properties) {
        AccessConfig config = new SmallRyeConfigBuilder().addDefaultInterceptors().addDiscoveredConverters()
                .withMapping(AccessConfig.class)
                .withSources(new EnvConfigSource(environment, 300), new PropertiesConfigSource(properties, "file", 250)).build()
                .getConfigMapping(AccessConfig.class);
        return IssuerValues.ofSettings(config.issuers(), environment);
    }

    private static IssuerSettings single(Map<String, String> environment, Map<String, String> properties) {
        List<IssuerSettings> issuers = of(environment, properties);
        assertThat(issuers).hasSize(1);
        return issuers.get(0);
    }

    /** @param namesAndValues without the prefix of the issuer {@code idp} */
    private static Map<String, String> idpWith(String... namesAndValues) {
        Map<String, String> environment = new HashMap<>(IDP);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.put("ACCESS_ISSUERS_IDP_" + namesAndValues[i], namesAndValues[i + 1]);
        }
        return environment;
    }

    @Test
    void everySettingHasAVariable() {
        IssuerSettings idp = single(idpWith("AUDIENCE", "lean-tokens,https://tokens.example.com", "JWKS_URL",
                "https://keys.example.com/jwks", "ALGORITHMS", "ES256,RS256", "CLAIMS_SUB", "ci-*", "SCOPES",
                "api,customer.{lean_customer}", "NAME_CLAIM", "email", "CA", "/etc/ca.pem", "PROXY_URL",
                "http://proxy.example.com:3128", "TOKEN_FILE", "/var/token"), Map.of());

        assertThat(idp.id()).isEqualTo("idp");
        assertThat(idp.issuer()).isEqualTo("https://idp.example.com");
        assertThat(idp.audiences()).containsExactlyInAnyOrder("lean-tokens", "https://tokens.example.com");
        assertThat(idp.jwksUrl()).contains("https://keys.example.com/jwks");
        assertThat(idp.algorithms()).containsExactlyInAnyOrder("ES256", "RS256");
        assertThat(idp.claims()).containsExactly(Map.entry("sub", "ci-*"));
        assertThat(idp.scopes()).containsExactly("api", "customer.{lean_customer}");
        assertThat(idp.nameClaim()).isEqualTo("email");
        assertThat(idp.ca().orElseThrow()).hasToString("/etc/ca.pem");
        assertThat(idp.proxyUrl()).contains("http://proxy.example.com:3128");
        assertThat(idp.tokenFile().orElseThrow()).hasToString("/var/token");
    }

    @Test
    void idOfSeveralWordsHasHyphens() {
        IssuerSettings issuer = single(Map.of("ACCESS_ISSUERS_K8S_PROD_EU_ISSUER", "https://k8s.example.com",
                "ACCESS_ISSUERS_K8S_PROD_EU_AUDIENCE", "lean-tokens", "ACCESS_ISSUERS_K8S_PROD_EU_SCOPES", "api",
                "ACCESS_ISSUERS_K8S_PROD_EU_NAME_CLAIM", "name", "ACCESS_ISSUERS_K8S_PROD_EU_CLAIMS_REPOSITORY_OWNER", "acme"),
                Map.of());

        assertThat(issuer.id()).isEqualTo("k8s-prod-eu");
        assertThat(issuer.nameClaim()).isEqualTo("name");
        assertThat(issuer.claims()).containsExactly(Map.entry("repository_owner", "acme"));
    }

    /** SmallRye Config reads it too, as the claim {@code repository.owner}. */
    @Test
    void underscoresInTheNameOfAClaimStay() {
        assertThat(single(idpWith("CLAIMS_REPOSITORY_OWNER", "acme", "CLAIMS_SUB", "repo:acme/*"), Map.of()).claims())
                .isEqualTo(Map.of("repository_owner", "acme", "sub", "repo:acme/*"));
    }

    @Test
    void claimCanHaveTheNameOfASetting() {
        assertThat(single(idpWith("CLAIMS_ISSUER", "a", "CLAIMS_CLAIMS_SCOPES", "b"), Map.of()).claims())
                .isEqualTo(Map.of("issuer", "a", "claims_scopes", "b"));
    }

    @Test
    void propertiesNameClaimsByPointerAndUrl() {
        IssuerSettings k8s = single(Map.of(), Map.of("access.issuers.k8s.issuer", "https://k8s.example.com",
                "access.issuers.k8s.audience", "lean-tokens", "access.issuers.k8s.scopes", "api",
                "access.issuers.k8s.claims.\"/kubernetes.io/namespace\"", "payments",
                "access.issuers.k8s.claims.\"https://example.com/tenant\"", "acme"));

        assertThat(k8s.claims())
                .isEqualTo(Map.of("/kubernetes.io/namespace", "payments", "https://example.com/tenant", "acme"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "a-b", "a_b" })
    void variablesAddToPropertiesAndReplaceThem(String id) {
        IssuerSettings issuer = single(
                Map.of("ACCESS_ISSUERS_A_B_ISSUER", "https://variable.example.com", "ACCESS_ISSUERS_A_B_CLAIMS_SUB", "variable",
                        "ACCESS_ISSUERS_A_B_CLAIMS_REPOSITORY_OWNER", "variable", "ACCESS_ISSUERS_A_B_NAME_CLAIM", "variable"),
                Map.of("access.issuers." + id + ".issuer", "https://property.example.com",
                        "access.issuers." + id + ".audience", "lean-tokens", "access.issuers." + id + ".scopes", "api",
                        "access.issuers." + id + ".claims.repository_owner", "property",
                        "access.issuers." + id + ".claims.\"/kubernetes.io/namespace\"", "property"));

        assertThat(issuer.id()).isEqualTo(id);
        assertThat(issuer.issuer()).isEqualTo("https://variable.example.com");
        assertThat(issuer.nameClaim()).isEqualTo("variable");
        assertThat(issuer.claims()).isEqualTo(
                Map.of("sub", "variable", "repository_owner", "variable", "/kubernetes.io/namespace", "property"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "CLAIM_SUB", "CLAIMS_", "CLAIMS", "AUDIENCES", "AUDIENCE_0_", "SECRET", "SCOPE" })
    void misspelledVariableIsAnError(String name) {
        assertThatThrownBy(() -> of(idpWith(name, "s3cr3t"), Map.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ACCESS_ISSUERS_IDP_" + name + " is no setting of an issuer")
                .hasMessageNotContaining("s3cr3t");
    }

    /** As of a template that was not filled in. */
    @ParameterizedTest
    @CsvSource({ "IDP, SUB, sub", "IDP, REPOSITORY_OWNER, repository_owner", "IDP_EU, SUB, sub" })
    void emptyPatternOfAClaimIsAnError(String id, String variable, String claim) {
        Map<String, String> environment = new HashMap<>();
        IDP.forEach((name, value) -> environment.put(name.replace("_IDP_", "_" + id + "_"), value));
        environment.put("ACCESS_ISSUERS_" + id + "_CLAIMS_" + variable, "");

        assertThatThrownBy(() -> of(environment, Map.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a pattern for the claim " + claim + " that is empty");
    }

    @Test
    void singularIsAMisspelling() {
        Map<String, String> environment = new HashMap<>(IDP);
        environment.put("ACCESS_ISSUER_IDP_CLAIMS_SUB", "ci-*");

        assertThatThrownBy(() -> of(environment, Map.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ACCESS_ISSUER_IDP_CLAIMS_SUB has no effect: its name is ACCESS_ISSUERS_IDP_CLAIMS_SUB");
        // They may belong to another program.
        assertThat(of(Map.of("ACCESS_ISSUER_URL", "https://x.example", "ACCESS_ISSUER_IDP_SCOPES", "x"), Map.of())).isEmpty();
    }

    @Test
    void byteOrderMarkIsNoPartOfAValue() {
        Map<String, String> environment = idpWith("CLAIMS_A_B", "\uFEFFacme");

        assertThat(single(environment, Map.of()).claims()).isEqualTo(Map.of("a_b", "acme"));
    }

    private static List<IssuerSettings> ofFile(String text) {
        return IssuerValues.ofFile(LocalClientSettings.linesOf(text).toList());
    }

    @Test
    void fileHasIssuersBesideClients() {
        String text = """
                # both
                issuers.k8s.issuer = https://k8s.example.com
                issuers.k8s.audience=lean-tokens
                issuers.k8s.scopes=api,customer.{lean_customer}
                issuers.k8s.claims.sub=system:serviceaccount:payments:*
                issuers.k8s.claims./kubernetes.io/namespace = payments
                issuers.k8s.claims.https://example.com/tenant=a=b
                issuers.secret=secret-of-a-client-with-this-id
                issuers.scopes=api
                payments.secret=secret-of-payments
                payments.scopes=api
                """;

        assertThat(ofFile(text)).singleElement().satisfies(k8s -> {
            assertThat(k8s.id()).isEqualTo("k8s");
            assertThat(k8s.claims()).isEqualTo(Map.of("sub", "system:serviceaccount:payments:*", "/kubernetes.io/namespace",
                    "payments", "https://example.com/tenant", "a=b"));
            assertThat(k8s.scopes()).containsExactly("api", "customer.{lean_customer}");
        });
        assertThat(LocalClientSettings.ofFile(text)).extracting(LocalClient::id).containsExactly("issuers", "payments");
    }

    @ParameterizedTest
    @ValueSource(strings = { "issuers.k8s.issuer: s3cr3t", "issuers.k8s.issuer", "issuers.k8s.=s3cr3t",
            "issuers..issuer=s3cr3t",
            "issuers.k8s.secret=s3cr3t", "issuers.k8s.claim.sub=s3cr3t", "issuers.k8s.issuer=s3cr3t",
            "issuers.k8s.issuer=https://a.example\nissuers.k8s.issuer=https://s3cr3t.example" })
    void invalidLineIsRejectedAndNotQuoted(String text) {
        assertThatThrownBy(() -> ofFile(text)).isInstanceOf(IllegalArgumentException.class).hasMessageNotContaining("s3cr3t");
    }
}
