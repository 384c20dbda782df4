package dev.leantokens.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.access.AccessConfig;
import dev.leantokens.access.AccessConfig.Anonymous;
import dev.leantokens.cache.CacheConfig;
import dev.leantokens.lean.LeanConfig;
import dev.leantokens.lean.LeanConfig.Environment;
import dev.leantokens.limits.LimitsConfig;
import dev.leantokens.mcp.port.McpConfig;
import dev.leantokens.openapi.OpenapiConfig;
import dev.leantokens.token.TokenConfig;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/** Values of the wrong kind, for one setting of each kind and mapping. */
class SettingConvertersTest {

    private static final String WRONG = "s3cr3t in the wrong place";
    private static final List<Class<?>> MAPPINGS = List.of(LeanConfig.class, TokenConfig.class, CacheConfig.class,
            AccessConfig.class, LimitsConfig.class, McpConfig.class, OpenapiConfig.class);

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "TOKEN_PREFETCH              | must be true or false",
            "CACHE_ENABLED               | must be true or false",
            "MCP_AUTO_INIT               | must be true or false",
            "OPENAPI_SWAGGER_UI          | must be true or false",
            "LEAN_MAX_ATTEMPTS           | must be a whole number",
            "LIMITS_CONNECTIONS_PER_PEER | must be a whole number",
            "MCP_PORT                    | must be a whole number",
            "LEAN_BREAKER_FAILURE_RATIO  | must be a number, such as 0.5",
            "LEAN_CONNECT_TIMEOUT        | must be a duration, such as 500ms, 5s or 11m",
            "CACHE_MAX_SIZE              | must be a size in bytes, such as 64K or 16M",
            "TOKEN_SCOPES                | has an entry that is not a scope, such as api or customer.*",
            "LEAN_ENVIRONMENT            | must be production-uae, production-ksa, sandbox-uae, sandbox-ksa or stand-in",
            "LEAN_CLIENT_AUTHENTICATION  | must be client-secret-post, client-secret-basic, private-key-jwt or tls-client-auth",
            "ACCESS_ANONYMOUS            | must be loopback, always or never",
            "ACCESS_CALLER_CREDENTIALS   | must be allowed or refused",
    })
    void valueOfTheWrongKindIsReportedWithItsVariableAndNotQuoted(String variable, String rule) {
        assertThatThrownBy(() -> config(Map.of(variable, WRONG), Map.of())).isInstanceOf(ConfigValidationException.class)
                .hasMessage("Configuration validation failed:\n\t" + variable + " " + rule);
    }

    @Test
    void everyInvalidSettingIsReported() {
        assertThatThrownBy(() -> config(Map.of("LEAN_MAX_ATTEMPTS", WRONG, "LEAN_DEADLINE", WRONG), Map.of()))
                .hasMessageContaining("LEAN_MAX_ATTEMPTS must").hasMessageContaining("LEAN_DEADLINE must")
                .message().doesNotContain(WRONG);
    }

    @Test
    void propertyOfAFileIsReportedByItsOwnName() {
        assertThatThrownBy(() -> config(Map.of(), Map.of("lean.deadline", WRONG)))
                .hasMessage("Configuration validation failed:\n\tlean.deadline must be a duration, such as 500ms, 5s or 11m");
    }

    @Test
    void shortNameIsReportedForAPropertyThatRefersToIt() {
        SmallRyeConfig config = config(Map.of("PORT", WRONG), Map.of("quarkus.http.port", "${PORT:8080}"));

        assertThatThrownBy(() -> config.getValue("quarkus.http.port", int.class)).hasMessage("PORT must be a whole number");
    }

    @ParameterizedTest
    @ValueSource(strings = { "true", "TRUE", " yes ", "on", "1", "y" })
    void affirmativeWordIsTrue(String word) {
        assertThat(config(Map.of("TOKEN_PREFETCH", word), Map.of()).getConfigMapping(TokenConfig.class).prefetch()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "false", "False", "no", "off", "0", "n" })
    void negativeWordIsFalse(String word) {
        assertThat(config(Map.of("CACHE_ENABLED", word), Map.of()).getConfigMapping(CacheConfig.class).enabled()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({ "never, NEVER", "Always, ALWAYS", "LOOPBACK, LOOPBACK" })
    void constantIsFoundInAnyCase(String value, Anonymous rule) {
        assertThat(config(Map.of("ACCESS_ANONYMOUS", value), Map.of()).getConfigMapping(AccessConfig.class).anonymous())
                .isEqualTo(rule);
    }

    @ParameterizedTest
    @ValueSource(strings = { "sandbox-uae", "SANDBOX_UAE", " Sandbox-uae " })
    void hyphensAndUnderscoresOfAConstantAreTheSame(String value) {
        assertThat(config(Map.of("LEAN_ENVIRONMENT", value), Map.of()).getConfigMapping(LeanConfig.class).environment())
                .isEqualTo(Environment.SANDBOX_UAE);
    }

    @ParameterizedTest
    @ValueSource(strings = { "ja", "j", "si", "sim", "oui", "nein", "non", "2", "tru" })
    void otherWordIsRefused(String word) {
        assertThatThrownBy(() -> config(Map.of("TOKEN_PREFETCH", word), Map.of()))
                .hasMessage("Configuration validation failed:\n\tTOKEN_PREFETCH must be true or false");
    }

    @Test
    void expressionOfAMissingSettingIsRefusedWhereTheSettingIsOptional() {
        assertThatThrownBy(() -> config(Map.of("LEAN_URL", "${NOWHERE}"), Map.of())).hasMessage("Configuration validation "
                + "failed:\n\tLEAN_URL has an expression ${…} of a setting that is not set; $$ stands for a dollar sign");
    }

    @Test
    void propertyWithNestedExpressionsIsReportedByItsOwnName() {
        assertThatThrownBy(() -> config(Map.of("A", WRONG), Map.of("lean.deadline", "${A:${B:5s}}")))
                .hasMessage("Configuration validation failed:\n\tlean.deadline must be a duration, such as 500ms, 5s or 11m");
    }

    @Test
    void emptyOptionalSettingIsNotSet() {
        assertThat(config(Map.of("LIMITS_CONNECTIONS_PER_PEER", ""), Map.of()).getConfigMapping(LimitsConfig.class)
                .connectionsPerPeer()).isEmpty();
    }

    /** With the customizers of the application, as Quarkus finds them. */
    private static SmallRyeConfig config(Map<String, String> variables, Map<String, String> properties) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder().addDefaultInterceptors()
                .withSources(new EnvConfigSource(variables, 300),
                        new PropertiesConfigSource(new HashMap<>(properties), "file", 250));
        ServiceLoader.load(SmallRyeConfigBuilderCustomizer.class).stream()
                .filter(customizer -> customizer.type().getName().startsWith("dev.leantokens")
                        && customizer.type() != SettingSources.class)
                .forEach(customizer -> customizer.get().configBuilder(builder));
        MAPPINGS.forEach(builder::withMapping);
        return builder.build();
    }
}
