package dev.leantokens.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.quarkus.runtime.configuration.ConfigurationException;

/** What an operator reads about settings with which the service does not start. */
class RefusedStartTest {

    private static final String SECRET = "operators-s3cr3t-never-to-be-seen";

    /** A setting for each {@link SettingsCheck}; the rules themselves are in the tables of their tests. */
    static Stream<Arguments> contradictions() {
        return Stream.of(
                arguments("an account without a secret", Map.of("LEAN_CLIENT_ID", "x"), "LEAN_CLIENT_SECRET"),
                arguments("a secret for the stand-in", Map.of("LEAN_ENVIRONMENT", "stand-in", "LEAN_CLIENT_ID", "x",
                        "LEAN_CLIENT_SECRET", SECRET), "LEAN_CLIENT_ID, LEAN_CLIENT_SECRET"),
                arguments("an unknown environment", Map.of("LEAN_ENVIRONMENT", SECRET), "LEAN_ENVIRONMENT must be"),
                arguments("a time limit of 0", Map.of("LEAN_REQUEST_TIMEOUT", "0s"), "LEAN_REQUEST_TIMEOUT"),
                arguments("a minimum longer than a token lives", Map.of("TOKEN_MINIMUM_VALIDITY", "90m"),
                        "TOKEN_MINIMUM_VALIDITY"),
                arguments("a cache for no token", Map.of("CACHE_MAX_SIZE", "1K"), "CACHE_MAX_SIZE"),
                arguments("a host with a port", Map.of("ALLOWED_HOSTS", "tokens:8080"), "ALLOWED_HOSTS"),
                arguments("a local client without scopes", Map.of("ACCESS_CLIENTS_PAYMENTS_SECRET", SECRET), "has no scopes"),
                arguments("more connections of a peer than of all", Map.of("LIMITS_CONNECTIONS", "100",
                        "LIMITS_CONNECTIONS_PER_PEER", "101"), "LIMITS_CONNECTIONS_PER_PEER"),
                arguments("more sessions of a caller than of all", Map.of("MCP_MAX_SESSIONS_PER_CALLER", "1001"),
                        "MCP_MAX_SESSIONS_PER_CALLER"),
                arguments("a resource without TLS", Map.of("MCP_OAUTH_RESOURCE", "http://lean-tokens.example.com/mcp"),
                        "MCP_OAUTH_RESOURCE must be an https URL"),
                arguments("an unclear boolean", Map.of("TOKEN_PREFETCH", SECRET), "TOKEN_PREFETCH must be true or false"),
                arguments("a port that is no number", Map.of("PORT", SECRET), "PORT must be a whole number"),
                arguments("a host that does not exist", Map.of("QUARKUS_HTTP_HOST", "999.1.1.1"), "QUARKUS_HTTP_HOST must be"),
                arguments("a secret in place of its file", Map.of("LEAN_CLIENT_ID", "x", "LEAN_CLIENT_SECRET_FILE", SECRET),
                        "LEAN_CLIENT_SECRET_FILE names does not exist"),
                arguments("a secret in place of the file of clients", Map.of("ACCESS_CLIENTS_FILE", SECRET),
                        "ACCESS_CLIENTS_FILE names does not exist"),
                arguments("a secret in place of a key file", Map.of("TLS_CERTIFICATE", SECRET, "TLS_KEY", SECRET),
                        "TLS_CERTIFICATE names does not exist"),
                arguments("a main port that is too high", Map.of("PORT", "70000"), "PORT must be"),
                arguments("a certificate without its key", Map.of("TLS_CERTIFICATE", "/nowhere/certificate"),
                        "TLS_CERTIFICATE is set without TLS_KEY"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contradictions")
    void contradictionStopsTheStartWithOneMessage(String name, Map<String, String> environment, String message) {
        assertRefused(environment, message);
    }

    private static void assertRefused(Map<String, String> environment, String message) {
        assertThatThrownBy(() -> StartSettings.start(environment, Map.of())).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(message)
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("never-to-be-seen"));
    }

    @ParameterizedTest
    @CsvSource({ "AUDIT_LOG, audit.jsonl, AUDIT_LOG must be stdout",
            "AUDIT_LOG, /tmp/../tmp/audit.jsonl, AUDIT_LOG must be stdout",
            "AUDIT_LOG, log, AUDIT_REQUIRED=true needs AUDIT_LOG=stdout or a file",
            "AUDIT_LOG, '', AUDIT_REQUIRED=true needs AUDIT_LOG",
            "AUDIT_KEY, never-to-be-seen, AUDIT_KEY must have at least 32 characters",
            "AUDIT_KEY_FILE, /missing, the file that AUDIT_KEY_FILE names",
            "AUDIT_CUSTOMERS, hashed, must be pseudonym or plain" })
    void auditThatCannotBeWrittenAsConfiguredStopsTheStart(String variable, String value, String message,
            @TempDir Path folder) {
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_CLIENT_ID", "x", "LEAN_CLIENT_SECRET", SECRET,
                "AUDIT_LOG", folder.resolve("audit.jsonl").toString(), "AUDIT_REQUIRED", "true"));
        environment.put(variable, value);

        assertRefused(environment, message);
    }

    @ParameterizedTest
    @CsvSource({ "OTEL_EXPORTER_OTLP_ENDPOINT, never-to-be-seen", "OTEL_EXPORTER_OTLP_ENDPOINT, http://a:b@never-to-be-seen",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, ftp://never-to-be-seen", "OTEL_EXPORTER_OTLP_PROTOCOL, http/json",
            "OTEL_EXPORTER_OTLP_HEADERS, never-to-be-seen", "OTEL_EXPORTER_OTLP_HEADERS, a=%0Anever-to-be-seen",
            "OTEL_EXPORTER_OTLP_CERTIFICATE, /never-to-be-seen", "OTEL_EXPORTER_OTLP_TIMEOUT, 10s",
            "OTEL_TRACES_SAMPLER, never-to-be-seen", "OTEL_TRACES_SAMPLER_ARG, 2", "OTEL_BSP_MAX_QUEUE_SIZE, 0",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE, 4096", "OTEL_RESOURCE_ATTRIBUTES, never-to-be-seen" })
    void invalidSettingOfTracesStopsTheStart(String variable, String value) {
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_CLIENT_ID", "x", "LEAN_CLIENT_SECRET", SECRET,
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"));
        environment.put(variable, value);

        assertRefused(environment, variable + " ");
    }
}
