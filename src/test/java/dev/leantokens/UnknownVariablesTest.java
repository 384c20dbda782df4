package dev.leantokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.ConfigMapping;

class UnknownVariablesTest {

    private static final Set<String> KNOWN = UnknownVariables.known();

    @ParameterizedTest
    @ValueSource(strings = { "LEAN_CLIENT_SECRT", "TOKEN_PATIENCE", "ACCESS_TOKEN", "MCP_TIMEOUT", "CACHE_SIZE",
            "LIMITS_X", "OPENAPI_UI", "ALLOWED_HOST", "LOG_LEVEL", "TLS_PORT" })
    void nameWithOneOfThePrefixesIsReported(String name) {
        assertThat(UnknownVariables.unknown(Set.of(name), KNOWN)).containsExactly(name);
    }

    @ParameterizedTest
    @ValueSource(strings = { "LEAN_CLIENT_ID", "ACCESS_LOG", "PATH", "LEANING", "_LEAN", "lean", "QUARKUS_HTTP_PORT",
            "ALLOWED_ORIGINS",
            // An entry of a list.
            "TOKEN_SCOPES_0_", "ACCESS_ALLOWED_HOSTS_10_",
            // Settings of local clients.
            "ACCESS_CLIENTS_PAYMENTS_API_SECRET",
            // Services that are called mcp, lean or token.
            "MCP_PORT", "MCP_PORT_8080_TCP", "MCP_PORT_8080_TCP_ADDR", "MCP_SERVICE_HOST", "MCP_SERVICE_PORT",
            "MCP_SERVICE_PORT_HTTP", "LEAN_TOKENS_PORT_53_UDP_PROTO", "TOKEN_SERVICE_HOST", "LOG_JSON" })
    void otherNameIsNotReported(String name) {
        assertThat(UnknownVariables.unknown(Set.of(name), KNOWN)).isEmpty();
    }

    @Test
    void emptySettingsAreListed() {
        assertThat(UnknownVariables.empty(Map.of("TLS_CLIENT_CA", "", "LEAN_URL", " ", "ACCESS_CLIENTS_A_B_CERTIFICATE", "",
                "TLS_KEY", "x", "EDITOR", ""), KNOWN))
                .containsExactly("ACCESS_CLIENTS_A_B_CERTIFICATE", "LEAN_URL", "TLS_CLIENT_CA");
    }

    @Test
    void addressOfAServiceIsNotReported() {
        assertThat(UnknownVariables.unknown(Set.of("LEAN_PORT", "LEAN_PORT_8080_TCP", "LEAN_PORT_8080_TCP_ADDR"), KNOWN))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
            "LEAN_CLIENT_SECRT,       LEAN_CLIENT_SECRET",
            "LEAN_CLIENTID,           LEAN_CLIENT_ID",
            "TOKEN_SCOPE,             TOKEN_SCOPES",
            "LEAN_CLIENT_SECRET_FIEL, LEAN_CLIENT_SECRET_FILE",
            "LEAN_ENV,                LEAN_ENVIRONMENT",
            "ALLOWED_HOST,            ALLOWED_HOSTS",
    })
    void misspelledNameHasOneSimilarName(String name, String meant) {
        assertThat(UnknownVariables.similar(name, KNOWN)).containsExactly(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = { "TOKEN_PATIENCE", "MCP_TIMEOUT", "ACCESS_TOKEN", "LEAN_CLIENT", "LEAN_BREAKER_CALLS", "MCP_HOST",
            "TLS_CRT" })
    void otherNameHasNoneOrSeveral(String name) {
        assertThat(UnknownVariables.similar(name, KNOWN).size()).isNotEqualTo(1);
    }

    /** Those that have no entry in a mapping: short names of Quarkus' settings. */
    @Test
    void everyVariableInTheApplicationsPropertiesIsKnown() throws IOException {
        assertThat(Pattern.compile("\\$\\{([A-Z_]+):").matcher(Files.readString(
                Path.of("src/main/resources/application.properties"))).results().map(match -> match.group(1)))
                .contains("ACCESS_LOG").allSatisfy(name -> assertThat(UnknownVariables.unknown(Set.of(name), KNOWN)).isEmpty());
    }

    @Test
    void everyConfigMappingIsListed() {
        assertThat(UnknownVariables.class.getAnnotation(RegisterForReflection.class).targets())
                .containsExactlyInAnyOrderElementsOf(new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.leantokens")
                        .stream()
                        .filter(type -> type.isAnnotatedWith(ConfigMapping.class)).map(JavaClass::reflect).toList());
        assertThat(KNOWN).contains("LEAN_CLIENT_SECRET_FILE", "LEAN_TLS_CA", "TLS_KEY_STORE_PASSWORD", "OPENAPI_SWAGGER_UI");
    }
}
