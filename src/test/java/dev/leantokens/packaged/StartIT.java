package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;

/** What an operator sets, by the names that operators use. */
class StartIT {

    private static final String SECRET = "operators-s3cr3t-never-to-be-seen";

    static Stream<Arguments> contradictions() {
        return Stream.of(
                arguments("an id without a secret", Map.of("LEAN_CLIENT_ID", "x"), "LEAN_CLIENT_SECRET"),
                arguments("two secrets", Map.of("LEAN_CLIENT_ID", "x", "LEAN_CLIENT_SECRET", SECRET, "LEAN_CLIENT_SECRET_FILE",
                        "/dev/null"), "LEAN_CLIENT_SECRET_FILE"),
                arguments("a file that is missing", Map.of("LEAN_CLIENT_ID", "x", "LEAN_CLIENT_SECRET_FILE", "/nowhere/secret"),
                        "/nowhere/secret"),
                arguments("a URL that is none", Map.of("LEAN_URL", "lean"), "LEAN_URL"),
                arguments("the URL of the token endpoint", Map.of("LEAN_URL", "https://lean.example/oauth2/token"),
                        "leave out the path of its endpoint"),
                arguments("an environment that does not exist", Map.of("LEAN_ENVIRONMENT", "moon"), "lean.environment"),
                arguments("a secret for the stand-in", Map.of("LEAN_ENVIRONMENT", "stand-in", "LEAN_CLIENT_ID", "x",
                        "LEAN_CLIENT_SECRET", SECRET), "LEAN_CLIENT_ID, LEAN_CLIENT_SECRET"),
                arguments("a key and a secret", Map.of("LEAN_CLIENT_ID", "x", "LEAN_CLIENT_AUTHENTICATION", "private-key-jwt",
                        "LEAN_CLIENT_SECRET", SECRET), "LEAN_CLIENT_SECRET is set"),
                arguments("a certificate that is not there", Map.of("LEAN_CLIENT_ID", "x", "LEAN_CLIENT_AUTHENTICATION",
                        "tls-client-auth"), "LEAN_TLS_CERTIFICATE"),
                arguments("anyone for Lean", Map.of("QUARKUS_TLS_LEAN_TRUST_ALL", "true"), "trust-all"),
                arguments("a time limit of nothing", Map.of("LEAN_REQUEST_TIMEOUT", "0s"), "LEAN_REQUEST_TIMEOUT"),
                arguments("a minimum longer than a token lives", Map.of("TOKEN_MINIMUM_VALIDITY", "90m"),
                        "TOKEN_MINIMUM_VALIDITY"),
                arguments("scopes that are separated by a space", Map.of("TOKEN_SCOPES", "api customer.*"), "token.scopes"),
                arguments("a port beyond all", Map.of("MCP_PORT", "99999"), "MCP_PORT"),
                arguments("a cache for no token", Map.of("CACHE_MAX_SIZE", "1K"), "CACHE_MAX_SIZE"),
                arguments("a host with a port", Map.of("ALLOWED_HOSTS", "tokens:8080"), "ALLOWED_HOSTS"),
                arguments("an anonymous rule that does not exist", Map.of("ACCESS_ANONYMOUS", "sometimes"), "access.anonymous"),
                arguments("a local client without scopes", Map.of("ACCESS_CLIENTS_PAYMENTS_SECRET", SECRET), "has no scopes"),
                arguments("a local client of two words without a secret", Map.of("ACCESS_CLIENTS_PAYMENTS_API_SCOPES", "api"),
                        "payments-api has no secret"),
                arguments("a local client with Lean's kind of id",
                        Map.of("ACCESS_CLIENTS_7C9E6679_7425_40DE_944B_E07FC1F90AE7_SECRET", SECRET,
                                "ACCESS_CLIENTS_7C9E6679_7425_40DE_944B_E07FC1F90AE7_SCOPES", "api"),
                        "Lean's shape"),
                arguments("a local client's scope that is never issued", Map.of("ACCESS_CLIENTS_PAYMENTS_SECRET", SECRET,
                        "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api,payments.*"),
                        "may have payments.*, and TOKEN_SCOPES (api,customer.*) allows no such scope"),
                arguments("a default scope that is not the client's", Map.of("ACCESS_CLIENTS_PAYMENTS_API_SECRET", SECRET,
                        "ACCESS_CLIENTS_PAYMENTS_API_SCOPES", "customer.*", "ACCESS_CLIENTS_PAYMENTS_API_DEFAULT_SCOPE", "api"),
                        "payments-api has a default scope that it may not have"),
                arguments("local clients in a file that is missing", Map.of("ACCESS_CLIENTS_FILE", "/nowhere/clients"),
                        "/nowhere/clients"),
                arguments("no connections from a peer", Map.of("LIMITS_CONNECTIONS_PER_PEER", "0"),
                        "LIMITS_CONNECTIONS_PER_PEER"),
                arguments("more connections of a peer than of all", Map.of("LIMITS_CONNECTIONS", "100",
                        "LIMITS_CONNECTIONS_PER_PEER", "101"), "LIMITS_CONNECTIONS_PER_PEER"),
                arguments("more sessions of a caller than of all", Map.of("MCP_MAX_SESSIONS_PER_CALLER", "1001"),
                        "MCP_MAX_SESSIONS_PER_CALLER"),
                arguments("a main port below all", Map.of("PORT", "-1"), "PORT must be"),
                arguments("a main port beyond all", Map.of("PORT", "70000"), "PORT must be"),
                arguments("a request time without end", Map.of("LIMITS_REQUEST_TIME", "9999999d"), "LIMITS_REQUEST_TIME"),
                arguments("no sessions", Map.of("MCP_MAX_SESSIONS", "0"), "MCP_MAX_SESSIONS"),
                arguments("no time for a request", Map.of("LIMITS_REQUEST_TIME", "0s"), "LIMITS_REQUEST_TIME"),
                arguments("a certificate without its key", Map.of("TLS_CERTIFICATE", "/nowhere/certificate"),
                        "TLS_CERTIFICATE is set without TLS_KEY"),
                arguments("a key store that is missing", Map.of("LEAN_TLS_KEY_STORE", "/nowhere/store.p12",
                        "LEAN_TLS_KEY_STORE_PASSWORD", SECRET), "LEAN_TLS_KEY_STORE: /nowhere/store.p12 cannot be read"),
                arguments("authorities for callers who are not asked", Map.of("TLS_CLIENT_CA", "/nowhere/ca"),
                        "TLS_CLIENT_CA is set without TLS_CERTIFICATE"),
                arguments("a port that is none", Map.of("MCP_PORT", "nine"), "mcp.port"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contradictions")
    void contradictionRefusesToStartAndSaysWhich(String name, Map<String, String> environment, String message) {
        try (PackagedApplication application = PackagedApplication.launch(environment)) {
            assertThat(application.exitCode()).isNotZero();
            assertThat(application.log()).contains(message).doesNotContain(SECRET).doesNotContain("\tat ");
        }
    }

    @Test
    void mcpPortInUseRefusesToStart() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"));
                PackagedApplication application = PackagedApplication
                        .launch(Map.of("MCP_PORT", Integer.toString(taken.getLocalPort())))) {
            assertThat(application.exitCode()).isNotZero();
            assertThat(application.log()).contains(Integer.toString(taken.getLocalPort()), "use").doesNotContain("\tat ");
        }
    }

    @Test
    void startNeitherWaitsForThePrefetchedTokenNorFailsWithIt() {
        LeanStub lean = new LeanStub();
        lean.start();
        lean.answers(503, "{}");
        try (PackagedApplication application = PackagedApplication.start(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID,
                "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(), "TOKEN_PREFETCH", "true"))) {
            await().until(() -> application.linesOf("WARN").size() == 1);
            assertThat(application.linesOf("WARN").get(0)).contains("Prefetch request failed: 503 LEAN_UNAVAILABLE");
            lean.givesToken();
            assertThat(application.token().status()).isEqualTo(200);
        } finally {
            lean.stop();
        }
    }

    @Test
    void exposureIsSaidAndWarnedOfWhereItIsRisky() {
        try (PackagedApplication application = PackagedApplication.start(Map.of("LEAN_CLIENT_ID", "x", "LEAN_CLIENT_SECRET",
                SECRET, "ACCESS_ANONYMOUS", "always", "ACCESS_CALLER_CREDENTIALS", "refused", "ACCESS_CLIENTS_PAYMENTS_SECRET",
                SECRET, "ACCESS_CLIENTS_PAYMENTS_SCOPES",
                "api"))) {
            assertThat(application.log())
                    .contains("Tokens are served at 0.0.0.0, without TLS, to everyone, without credentials; 1 local client")
                    .doesNotContain(SECRET);
            assertThat(application.linesOf("WARN")).singleElement().asString().contains("ACCESS_ANONYMOUS=always");
        }
    }

    @Test
    void startWithoutCredentialsWarnsInsteadOfSayingThatTokensAreServed() {
        try (PackagedApplication application = PackagedApplication.start(Map.of())) {
            assertThat(application.linesOf("WARN")).singleElement().asString().contains("LEAN_CLIENT_ID is not set",
                    "except to callers with Lean credentials of their own", "LEAN_ENVIRONMENT=stand-in");
            assertThat(application.log()).doesNotContain("Tokens are served", "Tokens come from");
        }
    }

    @Test
    void commandGeneratesALocalClient() {
        PackagedApplication.Output made = PackagedApplication.run("generate-client", "payments", "api,customer.*");

        assertThat(made.exitCode()).as(made.text()).isZero();
        assertThat(made.text()).containsPattern("client_secret: [A-Za-z0-9_-]{43}\n")
                .containsPattern("ACCESS_CLIENTS_PAYMENTS_SECRET=sha256:[0-9a-f]{64}\n").doesNotContain("Listening");
    }

    @Test
    void commandChecksScopesAgainstThoseThatAreIssued() {
        Map<String, String> environment = Map.of("TOKEN_SCOPES", "api,payments.*");

        PackagedApplication.Output made = PackagedApplication.run(environment, "generate-client", "payments",
                "api,payments.*", "payments.7");
        assertThat(made.exitCode()).as(made.text()).isZero();
        assertThat(made.text()).contains("payments.default-scope=payments.7\n",
                "ACCESS_CLIENTS_PAYMENTS_DEFAULT_SCOPE=payments.7\n");
        PackagedApplication.Output refused = PackagedApplication.run(environment, "generate-client", "payments", "customer.*");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.text()).contains("TOKEN_SCOPES (api,payments.*) allows no such scope").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = { "--help", "generate-client", "generate-client a,b", "generate-client payments api customer.1",
            "generate-client payments api api more" })
    void wrongCommandSaysWhatIsRightAndRunsNothing(String command) {
        PackagedApplication.Output refused = PackagedApplication.run(command.split(" "));

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.text()).containsAnyOf("usage: generate-client <id>", "letters, digits", "default scope that it may")
                .doesNotContain("\tat ",
                        "Listening");
    }

    @Test
    void variablesOfTheReadmeAreUnderstood() {
        LeanStub lean = new LeanStub();
        lean.start();
        try (PackagedApplication application = PackagedApplication.start(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID,
                "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url()))) {
            assertThat(application.token().status()).isEqualTo(200);
            assertThat(McpCalls.call(application.mcpPort(), Map.of("scope", "api")).isError()).isFalse();
            assertThat(application.log()).contains("Tokens come from " + lean.url());
            assertThat(application.linesOf("WARN")).isEmpty();
            assertThat(application.linesOf("ERROR")).isEmpty();
        } finally {
            lean.stop();
        }
    }
}
