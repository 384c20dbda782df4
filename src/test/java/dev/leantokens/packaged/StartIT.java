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

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;

/** What an operator sets, by the names that operators use. */
class StartIT {

    private static final String SECRET = "operators-s3cr3t-never-to-be-seen";

    static Stream<Arguments> contradictions() {
        return Stream.of(
                arguments("an id without a secret", Map.of("LEAN_CLIENT_ID", "x"), "LEAN_CLIENT_SECRET"),
                arguments("a secret without an id", Map.of("LEAN_CLIENT_SECRET", SECRET), "LEAN_CLIENT_ID"),
                arguments("two secrets", Map.of("LEAN_CLIENT_ID", "x", "LEAN_CLIENT_SECRET", SECRET, "LEAN_CLIENT_SECRET_FILE",
                        "/dev/null"), "LEAN_CLIENT_SECRET_FILE"),
                arguments("a file that is missing", Map.of("LEAN_CLIENT_ID", "x", "LEAN_CLIENT_SECRET_FILE", "/nowhere/secret"),
                        "/nowhere/secret"),
                arguments("a URL that is none", Map.of("LEAN_URL", "lean"), "LEAN_URL"),
                arguments("an environment that does not exist", Map.of("LEAN_ENVIRONMENT", "moon"), "lean.environment"),
                arguments("a time limit of nothing", Map.of("LEAN_REQUEST_TIMEOUT", "0s"), "LEAN_REQUEST_TIMEOUT"),
                arguments("a time limit below nothing", Map.of("LEAN_CONNECT_TIMEOUT", "-1s"), "LEAN_CONNECT_TIMEOUT"),
                arguments("no connections", Map.of("LEAN_MAX_CONNECTIONS", "0"), "LEAN_MAX_CONNECTIONS"),
                arguments("a deadline shorter than an attempt", Map.of("LEAN_DEADLINE", "2s"), "LEAN_DEADLINE"),
                arguments("a minimum longer than a token lives", Map.of("TOKEN_MINIMUM_VALIDITY", "90m"),
                        "TOKEN_MINIMUM_VALIDITY"),
                arguments("scopes that are separated by a space", Map.of("TOKEN_SCOPES", "api customer.*"), "token.scopes"),
                arguments("a port beyond all", Map.of("MCP_PORT", "99999"), "MCP_PORT"),
                arguments("a cache for no token", Map.of("CACHE_MAX_SIZE", "1K"), "CACHE_MAX_SIZE"),
                arguments("no requests", Map.of("LEAN_REQUESTS_PER_MINUTE", "0"), "LEAN_REQUESTS_PER_MINUTE"),
                arguments("a host with a port", Map.of("ALLOWED_HOSTS", "tokens:8080"), "ALLOWED_HOSTS"),
                arguments("an anonymous rule that does not exist", Map.of("ACCESS_ANONYMOUS", "sometimes"), "access.anonymous"),
                arguments("a port that is none", Map.of("MCP_PORT", "nine"), "mcp.port"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contradictions")
    void contradictionRefusesToStartAndSaysWhich(String name, Map<String, String> environment, String message) {
        try (PackagedApplication application = PackagedApplication.launch(environment)) {
            assertThat(application.exitCode()).isNotZero();
            assertThat(application.log()).contains(message).doesNotContain(SECRET);
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
