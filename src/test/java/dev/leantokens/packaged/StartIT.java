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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;

/** Starts the packaged application with the variables that operators set. */
class StartIT {

    private static final String SECRET = "operators-s3cr3t-never-to-be-seen";

    /**
     * What is checked by beans with other tasks, and examples of the others: {@code settings/RefusedStartTest} has them all.
     */
    static Stream<Arguments> contradictions() {
        return Stream.of(
                arguments("an account without a secret", Map.of("LEAN_CLIENT_ID", "x"), "LEAN_CLIENT_SECRET"),
                arguments("a missing certificate for Lean", Map.of("LEAN_CLIENT_ID", "x", "LEAN_CLIENT_AUTHENTICATION",
                        "tls-client-auth"), "LEAN_TLS_CERTIFICATE"),
                arguments("trust in any server", Map.of("QUARKUS_TLS_LEAN_TRUST_ALL", "true"), "trust-all"),
                arguments("a resource without an issuer", Map.of("MCP_OAUTH_RESOURCE", "https://lean-tokens.example.com/mcp"),
                        "MCP_OAUTH_RESOURCE must be set together with a trusted issuer"),
                arguments("a resource with an unknown issuer",
                        Map.of("MCP_OAUTH_RESOURCE", "https://lean-tokens.example.com/mcp", "MCP_OAUTH_ISSUERS", "idp"),
                        "MCP_OAUTH_ISSUERS must name trusted issuers"),
                arguments("a secret in place of a key file", Map.of("TLS_CERTIFICATE", SECRET, "TLS_KEY", SECRET),
                        "TLS_CERTIFICATE names does not exist"),
                arguments("a sampler that does not exist", Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:1",
                        "OTEL_TRACES_SAMPLER", SECRET), "OTEL_TRACES_SAMPLER "),
                // Its filters read it.
                arguments("a cache that is larger than any number", Map.of("CACHE_MAX_SIZE", "1" + "0".repeat(30) + "G"),
                        "CACHE_MAX_SIZE must be"),
                arguments("an audit in a folder that does not exist",
                        Map.of("AUDIT_LOG", "/missing-folder/audit.jsonl"), "its folder does not exist"),
                arguments("an audit in place of a folder", Map.of("AUDIT_LOG", "/tmp"), "cannot be opened for writing"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contradictions")
    void contradictionStopsTheStartWithOneMessage(String name, Map<String, String> environment, String message) {
        try (PackagedApplication application = PackagedApplication.launch(environment)) {
            assertThat(application.exitCode()).isNotZero();
            assertThat(application.log()).contains(message).doesNotContain(SECRET).doesNotContain("\tat ");
        }
    }

    @Test
    void mcpPortInUseStopsTheStart() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"));
                PackagedApplication application = PackagedApplication
                        .launch(Map.of("MCP_PORT", Integer.toString(taken.getLocalPort())))) {
            assertThat(application.exitCode()).isNotZero();
            assertThat(application.log()).contains(Integer.toString(taken.getLocalPort()), "use").doesNotContain("\tat ");
        }
    }

    @Test
    void failedPrefetchNeitherDelaysNorFailsTheStart() {
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
    void exposureIsLoggedAndRiskIsWarnedOf() {
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
    void commandGeneratesALocalClientForScopesThatAreIssued() {
        PackagedApplication.Output generated = PackagedApplication.run(Map.of("TOKEN_SCOPES", "api,payments.*"),
                "generate-client", "payments", "api,payments.*", "payments.7");

        assertThat(generated.exitCode()).as(generated.text()).isZero();
        assertThat(generated.text()).containsPattern("client_secret: [A-Za-z0-9_-]{43}\n")
                .containsPattern("ACCESS_CLIENTS_PAYMENTS_SECRET=sha256:[0-9a-f]{64}\n")
                .contains("ACCESS_CLIENTS_PAYMENTS_DEFAULT_SCOPE=payments.7\n").doesNotContain("Listening");
    }

    @Test
    void commandGeneratesAKeyForTheStore() {
        PackagedApplication.Output generated = PackagedApplication.run("generate-store-key");

        assertThat(generated.exitCode()).as(generated.text()).isZero();
        assertThat(generated.text()).containsPattern("(?m)^[A-Za-z0-9+/]{43}=$").contains("STORE_KEY_FILE")
                .doesNotContain("Listening");
    }

    @ParameterizedTest
    @CsvSource({ "generate-store-key again, usage: generate-client <id>", "generate-client, usage: generate-client <id>",
            "generate-client payments other.*, allows no such scope" })
    void wrongCommandExplainsItselfAndStartsNothing(String command, String reason) {
        PackagedApplication.Output refused = PackagedApplication.run(command.split(" "));

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.text()).contains(reason).doesNotContain("\tat ", "Listening");
    }

    @Test
    void misspelledVariableIsReportedWithoutItsValue() {
        try (PackagedApplication application = PackagedApplication.start(Map.of("LEAN_ENVIRONMENT", "stand-in",
                "LEAN_CLIENT_SECRT", SECRET, "TOKEN_PATIENCE", "1s", "ACCESS_LOG", "true", "MCP_SERVICE_HOST", "10.0.0.1",
                "LEAN_TLS_CAA", "x", "ACCESS_CLIENTS_A_B_SECRET", SECRET, "ACCESS_CLIENTS_A_B_SCOPES", "api"))) {
            assertThat(application.linesOf("WARN").stream().filter(line -> line.contains("is not a setting"))).hasSize(2)
                    .anyMatch(line -> line.contains("LEAN_CLIENT_SECRT is not a setting of this service")
                            && line.endsWith("did you mean LEAN_CLIENT_SECRET?"))
                    .anyMatch(line -> line.endsWith("did you mean LEAN_TLS_CA?"));
            assertThat(application.linesOf("INFO").stream().filter(line -> line.contains("is not a setting"))).singleElement()
                    .asString().contains("TOKEN_PATIENCE");
            assertThat(application.log()).doesNotContain(SECRET);
        }
    }

    @Test
    void variablesOfTheReadmeAreEnoughToIssueTokens() {
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
