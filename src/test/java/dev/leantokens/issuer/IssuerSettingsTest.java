package dev.leantokens.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.token.ScopePattern;

class IssuerSettingsTest {

    private static final Map<String, String> LEAST = Map.of("issuer", "https://idp.example.com/realms/main", "audience",
            "https://tokens.example.com", "scopes", "customer.{lean_customer}");

    @Test
    void issuerNeedsThreeSettings() {
        IssuerSettings settings = IssuerSettings.of("idp", LEAST);

        assertThat(settings.id()).isEqualTo("idp");
        assertThat(settings.issuer()).isEqualTo("https://idp.example.com/realms/main");
        assertThat(settings.audiences()).containsExactly("https://tokens.example.com");
        assertThat(settings.algorithms()).containsExactlyInAnyOrder("RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
                "ES256", "ES384", "ES512", "EdDSA");
        assertThat(settings.claims()).isEmpty();
        assertThat(settings.scopes()).containsExactly("customer.{lean_customer}");
        assertThat(settings.nameClaim()).isEqualTo("sub");
        assertThat(List.of(settings.jwksUrl(), settings.jwksFile(), settings.ca(), settings.proxyUrl(), settings.tokenFile()))
                .allMatch(Optional::isEmpty);
    }

    @Test
    void everySettingIsRead() {
        IssuerSettings settings = IssuerSettings.of("k8s", Map.ofEntries(
                Map.entry("issuer", " kubernetes/serviceaccount "),
                Map.entry("audience", "lean-tokens, https://tokens.example.com"),
                Map.entry("jwks-url", "https://10.96.0.1/openid/v1/jwks"),
                Map.entry("algorithms", "RS256,ES256"),
                Map.entry("claims.sub", "system:serviceaccount:payments:*"),
                Map.entry("claims./kubernetes.io/namespace", "payments"),
                Map.entry("scopes", "api, customer.*"),
                Map.entry("name-claim", "/kubernetes.io/pod/name"),
                Map.entry("ca", "/var/run/ca.crt"),
                Map.entry("proxy-url", "http://proxy:3128"),
                Map.entry("token-file", "/var/run/token")));

        assertThat(settings).isEqualTo(new IssuerSettings("k8s", "kubernetes/serviceaccount",
                Set.of("lean-tokens", "https://tokens.example.com"), Optional.of("https://10.96.0.1/openid/v1/jwks"),
                Optional.empty(), Set.of("RS256", "ES256"),
                Map.of("sub", "system:serviceaccount:payments:*", "/kubernetes.io/namespace", "payments"),
                List.of("api", "customer.*"), "/kubernetes.io/pod/name", Optional.of(Path.of("/var/run/ca.crt")),
                Optional.of("http://proxy:3128"), Optional.of(Path.of("/var/run/token"))));
    }

    @Test
    void emptySettingCountsAsMissing() {
        assertThat(IssuerSettings.of("idp", with(Map.of("jwks-url", "", "ca", " ", "algorithms", "", "name-claim", ""))))
                .isEqualTo(IssuerSettings.of("idp", LEAST));
    }

    /** A value of the table that is null leaves the setting out. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "issuer      |                                  | has no issuer",
            "issuer      | http://idp.example.com           | is not an https URL with a host and a valid port; if its keys are not found there",
            "issuer      | http://127.0.0.1.example.com     | is not an https URL",
            "issuer      | http://localhost@idp.example.com | with a user or a fragment",
            "issuer      | https://idp.example.com:99999    | is not an https URL with a host and a valid port",
            "issuer      | kubernetes/serviceaccount        | is not an https URL",
            "issuer      | https:idp.example.com            | is not an https URL",
            "issuer      | https://idp.example.com:x        | is not an https URL",
            "issuer      | https://idp example.com          | with a quotation mark or white space",
            "issuer      | \"https://idp.example.com\"        | with a quotation mark or white space",
            "issuer      | 'https://idp.example.com'        | with a quotation mark or white space",
            "issuer      | https://idp.example.com/{x}      | is not a URL",
            "audience    | 'lean-tokens'                    | with a quotation mark or white space",
            "audience    | lean tokens                      | with a quotation mark or white space",
            "audience    | x,https://idp.example.com/realms/main | has its own identifier among its audience",
            "issuer      | https://u:s3cr3t@idp.example.com | with a user or a fragment",
            "issuer      | https://idp.example.com#x        | with a user or a fragment",
            "issuer      | https://idp.example.com?x=1      | with a query",
            "issuer      | https://token.actions.githubusercontent.com | everyone can get a token",
            "issuer      | https://gitlab.com               | everyone can get a token",
            "issuer      | https://accounts.google.com      | everyone can get a token",
            "audience    |                                  | has no audience",
            "audience    | ,                                | an empty value among its audience",
            "audience    | a,,b                             | an empty value among its audience",
            "jwks-url    | http://idp.example.com/jwks      | jwks-url that is not an https URL",
            "jwks-url    | https://u:s3cr3t@idp.example.com | with a user or a fragment",
            "jwks-url    | file:///jwks                     | jwks-url that is not an https URL",
            "jwks-file   | `a\0b`                           | a NUL character",
            "algorithms  | none                             | everyone could write tokens",
            "algorithms  | RS256,NONE                       | everyone could write tokens",
            "algorithms  | HS256                            | the HS family",
            "algorithms  | hs512                            | the HS family",
            "algorithms  | ES256K                           | unknown algorithm",
            "algorithms  | rs256                            | unknown algorithm",
            "algorithms  | RSA-OAEP                         | unknown algorithm",
            "algorithms  | RS256,                           | an empty value among its algorithms",
            "claims.     | x                                | the name of a claim is empty",
            "claims./a~  | x                                | an invalid JSON Pointer",
            "claims./~2  | x                                | an invalid JSON Pointer",
            "claims.sub  | ``                               | a pattern for the claim sub that is empty",
            "claims.sub  | a***                             | three stars in a row",
            "scopes      |                                  | has no scopes",
            "scopes      | api,,customer.*                  | an empty value among its scopes",
            "scopes      | customer.{lean                   | a brace without its counterpart",
            "scopes      | customer.lean}                   | a brace without its counterpart",
            "scopes      | customer.{{lean}}                | a brace without its counterpart",
            "scopes      | customer.{}                      | the name of a claim is empty",
            "scopes      | customer.{/a~}                   | an invalid JSON Pointer",
            "scopes      | customer.{a}{b}                  | two ids in a row",
            "scopes      | customer.{a}-{b}                 | two ids in a row",
            "scopes      | customer.{a}*                    | two ids in a row",
            "scopes      | customer.*x{a}                   | two ids in a row",
            "scopes      | a b                              | no scope can contain",
            "name-claim  | /a~                              | invalid name-claim",
            "jwks        | x                                | has an unknown setting: jwks",
            "secret      | x                                | has an unknown setting: secret",
            "name-claim  | `a\uFFFDb`                       | U+FFFD" })
    void invalidSettingIsRejectedWithoutItsValue(String name, String value, String problem) {
        Map<String, String> values = new HashMap<>(LEAST);
        values.remove(name);
        if (value != null) {
            values.put(name, value);
        }

        assertThatIllegalArgumentException().isThrownBy(() -> IssuerSettings.of("idp", values))
                .withMessageContaining(problem).withMessageContaining("idp")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cr3t"))
                .withNoCause();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "a.b", "a:b", "a b", "ü",
            "12345678901234567890123456789012345678901234567890123456789012345" })
    void idIsThatOfALocalClient(String id) {
        assertThatIllegalArgumentException().isThrownBy(() -> IssuerSettings.of(id, LEAST))
                .withMessageContaining("the id of an issuer must be");
    }

    @ParameterizedTest
    @ValueSource(strings = { "https://idp.example.com/", "HTTPS://idp.example.com", "http://localhost:8080/realms/x",
            "http://127.0.0.1:1", "http://[::1]:8080" })
    void issuerIsAnHttpsUrlOrOnThisMachine(String issuer) {
        assertThat(IssuerSettings.of("idp", with(Map.of("issuer", issuer))).issuer()).isEqualTo(issuer);
    }

    @Test
    void issuerWhoseKeysAreElsewhereCanHaveAnyName() {
        assertThatCode(() -> IssuerSettings.of("idp",
                with(Map.of("issuer", "http://kubernetes.default.svc", "jwks-file", "jwks.json")))).doesNotThrowAnyException();
        assertThatCode(() -> IssuerSettings.of("idp", with(Map.of("issuer", "https://sts.example.com?tenant=1", "jwks-url",
                "https://sts.example.com/jwks?tenant=1")))).doesNotThrowAnyException();
    }

    @Test
    void keysAreInOnePlace() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IssuerSettings.of("idp",
                        with(Map.of("jwks-url", "https://idp.example.com/jwks", "jwks-file", "jwks.json"))))
                .withMessage("issuer idp has both jwks-url and jwks-file: set one of them");
    }

    @ParameterizedTest
    @ValueSource(strings = { "ca", "proxy-url", "token-file" })
    void settingOfRequestsIsNotUsedWithAFile(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IssuerSettings.of("idp", with(Map.of("jwks-file", "jwks.json", name, "x"))))
                .withMessageContaining(name + ", which is not used with jwks-file");
    }

    @Test
    void publicIssuerNeedsAClaim() {
        assertThatCode(() -> IssuerSettings.of("github", with(Map.of("issuer",
                "https://token.actions.githubusercontent.com", "claims.repository_owner", "example"))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({ "claims.sub, **", "claims.sub, *", "claims.sub, */*", "claims.event_name, *", "claims.aud, tokens.example.com",
            "claims.iss, https://token.actions.githubusercontent.com", "claims.jti, a*" })
    void claimOfAPublicIssuerMustTellCallersApart(String claim, String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IssuerSettings.of("github",
                        with(Map.of("issuer", "https://token.actions.githubusercontent.com", claim, pattern))))
                .withMessageContaining("everyone can get a token");
    }

    @Test
    void scopesMustBeIssued() {
        IssuerSettings settings = IssuerSettings.of("idp", with(Map.of("scopes", "api,customer.{/lean/customer}")));

        assertThatCode(() -> settings.requireIssued(patterns("api", "customer.*"))).doesNotThrowAnyException();
        assertThatCode(() -> settings.requireIssued(patterns("api", "customer.42"))).doesNotThrowAnyException();
        assertThatIllegalArgumentException().isThrownBy(() -> settings.requireIssued(patterns("api", "payments.*")))
                .withMessage("callers of issuer idp may have customer.{/lean/customer}, and TOKEN_SCOPES (api,payments.*) "
                        + "allows no such scope");
        assertThatIllegalArgumentException().isThrownBy(() -> settings.requireIssued(patterns("customer.*")));
    }

    private static List<ScopePattern> patterns(String... texts) {
        return List.of(texts).stream().map(ScopePattern::new).toList();
    }

    private static Map<String, String> with(Map<String, String> changes) {
        Map<String, String> values = new HashMap<>(LEAST);
        values.putAll(changes);
        return values;
    }
}
