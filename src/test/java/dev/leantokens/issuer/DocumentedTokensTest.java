package dev.leantokens.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.issuer.Verification.Refused;
import dev.leantokens.issuer.Verification.Verified;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;

/**
 * Tokens as the platforms document them, signed with a key of this test: the settings of the guide accept the right ones and
 * refuse look-alikes.
 */
class DocumentedTokensTest {

    private static final Path EXAMPLES = Path.of("docs/examples/issuers");

    private static final String OTHERS = "not those of a caller";
    private static final String AUDIENCE = "another audience";
    private static final String ISSUER = "is not trusted here";

    private static final String CUSTOMER = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";
    private static final String ANOTHER_CUSTOMER = "2c0e7cde-ccfe-4c3e-8c6e-bc9e0cce5cfe";

    private static PublicJsonWebKey key;

    private final TestClock clock = new TestClock();

    /** A platform with its settings and a token: the header, the claims without times, and the expected name of the caller. */
    enum Platform {

        /** A projected token of a service account, as the kubelet writes it into a pod. */
        KUBERNETES("kubernetes.properties", "{}", """
                {"aud": ["lean-tokens"],
                 "iss": "https://kubernetes.default.svc.cluster.local",
                 "jti": "48956d44-e317-4c75-aa41-f53483733090",
                 "kubernetes.io": {
                   "namespace": "payments",
                   "node": {"name": "node-1", "uid": "605374a4-3cba-4e3b-a42e-354aa5fede5c"},
                   "pod": {"name": "worker-7d8f9b-x4k2p", "uid": "16376601-cc54-4b0c-b5b3-16356351e055"},
                   "serviceaccount": {"name": "worker", "uid": "ed98edcc-f196-49ae-b081-350ea2d36433"}},
                 "sub": "system:serviceaccount:payments:worker"}
                """, "system:serviceaccount:payments:worker"),

        /** The ID token of a job that references an environment. */
        GITHUB("github.properties", "{\"typ\": \"JWT\", \"x5t\": \"example-thumbprint\"}", """
                {"jti": "example-id",
                 "sub": "repo:octo-org/octo-repo:environment:production",
                 "environment": "production",
                 "aud": "lean-tokens.example.com",
                 "ref": "refs/heads/main",
                 "sha": "example-sha",
                 "repository": "octo-org/octo-repo",
                 "repository_owner": "octo-org",
                 "actor_id": "12",
                 "repository_visibility": "private",
                 "repository_id": "74",
                 "repository_owner_id": "65",
                 "run_id": "example-run-id",
                 "run_number": "10",
                 "run_attempt": "2",
                 "runner_environment": "github-hosted",
                 "actor": "octocat",
                 "workflow": "example-workflow",
                 "head_ref": "",
                 "base_ref": "",
                 "event_name": "workflow_dispatch",
                 "ref_type": "branch",
                 "job_workflow_ref": "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main",
                 "iss": "https://token.actions.githubusercontent.com"}
                """, "octo-org/octo-repo"),

        /** The same for a repository that was created after 15 July 2026. */
        GITHUB_IMMUTABLE("github-immutable.properties", "{\"typ\": \"JWT\"}", """
                {"jti": "example-id",
                 "sub": "repo:octo-org@65/octo-repo@74:environment:production",
                 "environment": "production",
                 "aud": "lean-tokens.example.com",
                 "ref": "refs/heads/main",
                 "repository": "octo-org/octo-repo",
                 "repository_owner": "octo-org",
                 "repository_id": "74",
                 "repository_owner_id": "65",
                 "event_name": "workflow_dispatch",
                 "iss": "https://token.actions.githubusercontent.com"}
                """, "octo-org/octo-repo"),

        /** A v2.0 access token of an application, by client credentials. */
        ENTRA("entra.properties", "{\"typ\": \"JWT\"}", """
                {"aud": "00001111-aaaa-2222-bbbb-3333cccc4444",
                 "iss": "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0",
                 "aio": "E2ZgYDjyLWb5VcOb6ZpF",
                 "azp": "11112222-bbbb-3333-cccc-4444dddd5555",
                 "azpacr": "1",
                 "oid": "22223333-cccc-4444-dddd-5555eeee6666",
                 "rh": "0.ARoAv4j5cvGGr0GRqy180BHbR",
                 "roles": ["Tokens.Request"],
                 "sub": "22223333-cccc-4444-dddd-5555eeee6666",
                 "tid": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
                 "uti": "LeVlB8nV3kOd8yNnN1ABAA",
                 "ver": "2.0"}
                """, "11112222-bbbb-3333-cccc-4444dddd5555"),

        /** The ID token of a service account, from the metadata server. */
        GOOGLE("google.properties", "{\"typ\": \"JWT\"}", """
                {"aud": "https://lean-tokens.example.com",
                 "azp": "112010400000000710080",
                 "email": "worker@example-project.iam.gserviceaccount.com",
                 "email_verified": true,
                 "iss": "https://accounts.google.com",
                 "sub": "112010400000000710080"}
                """, "worker@example-project.iam.gserviceaccount.com"),

        /** A user's access token of Keycloak, with a claim by a protocol mapper. */
        USERS("users.properties", "{\"typ\": \"JWT\"}", """
                {"jti": "onrtro:7bd1feba-997e-6b67-ca4b-f00f3d7e437e",
                 "iss": "https://login.example.com/realms/company",
                 "aud": ["lean-tokens", "account"],
                 "sub": "8ff2e6e8-dc83-4ea6-99d8-29ff692e94d5",
                 "typ": "Bearer",
                 "azp": "app",
                 "sid": "Gy238MJ23vDtkvMt2WPEkhZl",
                 "acr": "1",
                 "scope": "profile email",
                 "email_verified": true,
                 "preferred_username": "amina",
                 "lean_customer": "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"}
                """, "8ff2e6e8-dc83-4ea6-99d8-29ff692e94d5");

        private final String file;
        private final String header;
        private final String claims;
        private final String caller;

        Platform(String file, String header, String claims, String caller) {
            this.file = file;
            this.header = header;
            this.claims = claims;
            this.caller = caller;
        }
    }

    @BeforeAll
    static void createKey() throws JoseException {
        key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId("example-key-id");
    }

    @ParameterizedTest
    @EnumSource(Platform.class)
    void documentedTokenIsACaller(Platform platform) throws Exception {
        FederatedIdentity identity = verified(verify(platform, Map.of()));

        assertThat(identity.name()).isEqualTo(platform.caller);
        assertThat(ScopePattern.anyAllows(identity.scopes(), new Scope("customer." + CUSTOMER)))
                .isEqualTo(List.of(Platform.KUBERNETES, Platform.ENTRA, Platform.USERS).contains(platform));
        assertThat(ScopePattern.anyAllows(identity.scopes(), Scope.API)).isEqualTo(platform != Platform.USERS);
    }

    static Stream<Arguments> lookAlikes() {
        return Stream.of(
                arguments(Platform.KUBERNETES, "another namespace", "sub", "system:serviceaccount:shop:worker", OTHERS),
                arguments(Platform.KUBERNETES, "a namespace that starts alike", "sub",
                        "system:serviceaccount:payments-test:worker", OTHERS),
                arguments(Platform.KUBERNETES, "a namespace in capitals", "sub", "system:serviceaccount:Payments:worker",
                        OTHERS),
                arguments(Platform.KUBERNETES, "a further part", "sub", "system:serviceaccount:payments:worker:shop", OTHERS),
                arguments(Platform.KUBERNETES, "no name", "sub", "system:serviceaccount:payments:", OTHERS),
                arguments(Platform.KUBERNETES, "a line end", "sub", "system:serviceaccount:payments:worker\n", OTHERS),
                arguments(Platform.KUBERNETES, "a user", "sub", "kubernetes-admin", OTHERS),
                arguments(Platform.KUBERNETES, "the token for the API server", "aud",
                        List.of("https://kubernetes.default.svc.cluster.local"), AUDIENCE),
                arguments(Platform.KUBERNETES, "another cluster", "iss", "https://kubernetes.default.svc", ISSUER),
                arguments(Platform.KUBERNETES, "a legacy token", "iss", "kubernetes/serviceaccount", ISSUER),

                arguments(Platform.GITHUB, "a fork", "sub", "repo:mallory/octo-repo:environment:production", OTHERS),
                arguments(Platform.GITHUB, "a pull request", "sub", "repo:octo-org/octo-repo:pull_request", OTHERS),
                arguments(Platform.GITHUB, "a branch", "sub", "repo:octo-org/octo-repo:ref:refs/heads/main", OTHERS),
                arguments(Platform.GITHUB, "a branch that is named like an environment", "sub",
                        "repo:octo-org/octo-repo:ref:refs/heads/environment:production", OTHERS),
                arguments(Platform.GITHUB, "another environment", "sub", "repo:octo-org/octo-repo:environment:production-test",
                        OTHERS),
                arguments(Platform.GITHUB, "an environment in capitals", "sub",
                        "repo:octo-org/octo-repo:environment:Production", OTHERS),
                arguments(Platform.GITHUB, "another repository", "sub", "repo:octo-org/octo-repo-2:environment:production",
                        OTHERS),
                arguments(Platform.GITHUB, "a recycled name of a repository", "repository_id", "75", OTHERS),
                arguments(Platform.GITHUB, "a recycled name of an owner", "repository_owner_id", "66", OTHERS),
                arguments(Platform.GITHUB, "an id that is no string", "repository_id", 74, OTHERS),
                arguments(Platform.GITHUB, "the immutable format", "sub",
                        "repo:octo-org@65/octo-repo@74:environment:production", OTHERS),
                arguments(Platform.GITHUB, "the default audience", "aud", "https://github.com/octo-org", AUDIENCE),
                arguments(Platform.GITHUB, "the issuer of an enterprise", "iss",
                        "https://token.actions.githubusercontent.com/mallory", ISSUER),
                arguments(Platform.GITHUB_IMMUTABLE, "a recycled name", "sub",
                        "repo:octo-org@66/octo-repo@75:environment:production", OTHERS),
                arguments(Platform.GITHUB_IMMUTABLE, "the previous format", "sub",
                        "repo:octo-org/octo-repo:environment:production", OTHERS),

                arguments(Platform.ENTRA, "another role", "roles", List.of("Tokens.Read"), OTHERS),
                arguments(Platform.ENTRA, "a role that starts alike", "roles", List.of("Tokens.Request.None"), OTHERS),
                arguments(Platform.ENTRA, "no role, as a user has", "roles", null, OTHERS),
                arguments(Platform.ENTRA, "another API", "aud", "00000003-0000-0000-c000-000000000000", AUDIENCE),
                arguments(Platform.ENTRA, "another tenant", "iss",
                        "https://login.microsoftonline.com/bbbbcccc-1111-dddd-2222-eeee3333ffff/v2.0", ISSUER),
                arguments(Platform.ENTRA, "a v1.0 token", "iss",
                        "https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/",
                        ISSUER),

                arguments(Platform.GOOGLE, "another account", "email", "worker@other-project.iam.gserviceaccount.com", OTHERS),
                arguments(Platform.GOOGLE, "an address that was not verified", "email_verified", false, OTHERS),
                arguments(Platform.GOOGLE, "an account that was created again", "sub", "112010400000000710081", OTHERS),
                arguments(Platform.GOOGLE, "another audience", "aud", "https://other.example.com", AUDIENCE),
                arguments(Platform.GOOGLE, "the issuer without a scheme", "iss", "accounts.google.com", ISSUER),

                arguments(Platform.USERS, "another application", "azp", "app-2", OTHERS),
                arguments(Platform.USERS, "an ID token", "aud", "app", AUDIENCE),
                arguments(Platform.USERS, "another realm", "iss", "https://login.example.com/realms/partners", ISSUER));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("lookAlikes")
    void lookAlikeIsRefused(Platform platform, String what, String claim, Object value, String reason) throws Exception {
        Map<String, Object> change = new HashMap<>();
        change.put(claim, value);

        assertThat(verify(platform, change)).isInstanceOfSatisfying(Refused.class,
                refused -> assertThat(refused.reason()).contains(reason));
    }

    /** The namespace is a nested claim, whose name has a dot. */
    @ParameterizedTest
    @CsvSource({ "payments, true", "shop, false" })
    void namespaceCanBeANestedClaim(String namespace, boolean accepted) throws Exception {
        Map<String, String> settings = settings(Platform.KUBERNETES);
        settings.remove("claims.sub");
        settings.put("claims./kubernetes.io/namespace", namespace);

        assertThat(verify(Platform.KUBERNETES, settings, Map.of()) instanceof Verified).isEqualTo(accepted);
    }

    @ParameterizedTest
    @CsvSource({
            "repo:octo-org/octo-repo:ref:refs/heads/release/1, true",
            "repo:octo-org/octo-repo:ref:refs/heads/release/1/x, false",
            "repo:octo-org/octo-repo:ref:refs/heads/release/, false",
            "repo:octo-org/octo-repo:ref:refs/heads/main, false",
            "repo:octo-org/octo-repo:ref:refs/tags/release/1, false",
            "repo:octo-org/octo-repo:pull_request, false",
            "repo:mallory/octo-repo:ref:refs/heads/release/1, false"
    })
    void branchesCanBeAPattern(String subject, boolean accepted) throws Exception {
        Map<String, String> settings = settings(Platform.GITHUB);
        settings.put("claims.sub", "repo:octo-org/octo-repo:ref:refs/heads/release/*");

        assertThat(verify(Platform.GITHUB, settings, Map.of("sub", subject)) instanceof Verified).isEqualTo(accepted);
    }

    @ParameterizedTest
    @CsvSource({
            "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main, true",
            "octo-org/octo-automation/.github/workflows/other.yml@refs/heads/main, false",
            "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/try, false",
            "mallory/octo-automation/.github/workflows/oidc.yml@refs/heads/main, false"
    })
    void reusableWorkflowCanBeRequired(String workflow, boolean accepted) throws Exception {
        Map<String, String> settings = settings(Platform.GITHUB);
        settings.put("claims.job_workflow_ref", "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main");

        assertThat(verify(Platform.GITHUB, settings, Map.of("job_workflow_ref", workflow)) instanceof Verified)
                .isEqualTo(accepted);
    }

    @Test
    void tokensOfVersion1OfEntraHaveAnotherIssuerAndName() throws Exception {
        Map<String, String> settings = settings(Platform.ENTRA);
        settings.put("issuer", "https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/");
        settings.put("audience", "api://lean-tokens");
        settings.put("name-claim", "appid");

        Verification verification = verify(Platform.ENTRA, settings, Map.of("iss", settings.get("issuer"), "aud",
                "api://lean-tokens", "ver", "1.0", "appid", "11112222-bbbb-3333-cccc-4444dddd5555", "appidacr", "1"));

        assertThat(verified(verification).name()).isEqualTo("11112222-bbbb-3333-cccc-4444dddd5555");
    }

    @ParameterizedTest
    @CsvSource({ "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed, true", "2c0e7cde-ccfe-4c3e-8c6e-bc9e0cce5cfe, false", "*, false" })
    void userIsEntitledToTheOwnCustomerOnly(String customer, boolean entitled) throws Exception {
        FederatedIdentity identity = verified(verify(Platform.USERS, Map.of("lean_customer", customer)));

        assertThat(ScopePattern.anyAllows(identity.scopes(), new Scope("customer." + CUSTOMER))).isEqualTo(entitled);
        assertThat(ScopePattern.anyAllows(identity.scopes(), new Scope("customer." + ANOTHER_CUSTOMER)))
                .isEqualTo(customer.equals(ANOTHER_CUSTOMER));
    }

    /** A user with two customers has an array in Keycloak, and one without any has no claim. */
    @Test
    void userWithoutOneCustomerIsEntitledToNone() throws Exception {
        Map<String, Object> none = new HashMap<>();
        none.put("lean_customer", null);

        assertThat(verified(verify(Platform.USERS, none)).scopes()).isEmpty();
        assertThat(verified(verify(Platform.USERS, Map.of("lean_customer", List.of(CUSTOMER)))).scopes()).isEmpty();
    }

    private Verification verify(Platform platform, Map<String, Object> changes) throws Exception {
        return verify(platform, settings(platform), changes);
    }

    private Verification verify(Platform platform, Map<String, String> settings, Map<String, Object> changes)
            throws Exception {
        return new TrustedIssuers(List.of(IssuerSettings.of("id", settings)),
                issuers -> Map.of("id", new FakeKeys(List.of(key))), clock)
                .verify(token(platform, changes), Optional.empty());
    }

    private String token(Platform platform, Map<String, Object> changes) throws JoseException {
        Instant now = clock.instant();
        Map<String, Object> claims = new LinkedHashMap<>(JsonUtil.parseJson(platform.claims));
        claims.putAll(Map.of("iat", now.getEpochSecond(), "nbf", now.getEpochSecond(), "exp", now.getEpochSecond() + 900));
        claims.putAll(changes);
        claims.values().removeIf(value -> value == null);
        JsonWebSignature signature = new JsonWebSignature();
        JsonUtil.parseJson(platform.header).forEach((name, value) -> signature.setHeader(name, (String) value));
        signature.setAlgorithmHeaderValue("RS256");
        signature.setKeyIdHeaderValue(key.getKeyId());
        signature.setKey(key.getPrivateKey());
        signature.setPayload(JsonUtil.toJson(claims));
        return signature.getCompactSerialization();
    }

    /** @return the settings of the guide, by their name without the id */
    private static Map<String, String> settings(Platform platform) throws IOException {
        Map<String, String> settings = new HashMap<>();
        Files.readAllLines(EXAMPLES.resolve(platform.file)).stream().filter(line -> !line.startsWith("#"))
                .forEach(line -> {
                    String[] parts = line.split("=", 2);
                    settings.put(parts[0].split("\\.", 3)[2], parts[1]);
                });
        return settings;
    }

    private static FederatedIdentity verified(Verification verification) {
        assertThat(verification).isInstanceOf(Verified.class);
        return ((Verified) verification).identity();
    }
}
