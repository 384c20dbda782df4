package dev.leantokens.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.access.AccessConfig;
import dev.leantokens.access.AccessConfig.Anonymous;
import dev.leantokens.lean.LeanAccount;
import dev.leantokens.lean.LeanConfig;
import dev.leantokens.tls.LeanTlsConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

/** When the stand-in replaces Lean, and what that changes. */
class StandInTest {

    private static final String SECRET = "s3cr3t";

    @ParameterizedTest
    @ValueSource(strings = { "production-uae", "production-ksa", "sandbox-uae", "sandbox-ksa" })
    void nothingIsStartedForAnEnvironmentOfLean(String environment) {
        StandIn standIn = standIn("lean.environment", environment);

        assertThat(standIn.account()).isEmpty();
        assertThat(standIn.isUsed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({ "stand-in, client-secret-post", "stand-in, client-secret-basic", "STAND_IN, client-secret-post" })
    void standInEnvironmentYieldsAnAccountOnTheLoopbackInterface(String environment, String authentication) {
        StandIn standIn = standIn("lean.environment", environment, "lean.client-authentication", authentication);
        try {
            LeanAccount account = standIn.account().orElseThrow();

            assertThat(account.url().getHost()).isEqualTo("127.0.0.1");
            assertThat(account.clientId()).contains(StandInLean.CLIENT.clientId());
            assertThat(standIn.isUsed()).isTrue();
        } finally {
            standIn.close();
        }
    }

    /** All optional settings: each is about the service's identity at Lean or the way there. */
    static Stream<String> settingsForLean() {
        return Stream.of(LeanConfig.class, LeanTlsConfig.class).flatMap(mapping -> Arrays.stream(mapping.getDeclaredMethods())
                .filter(method -> method.getReturnType() == Optional.class)
                .map(method -> mapping.getAnnotation(ConfigMapping.class).prefix() + "." + property(method)));
    }

    private static String property(Method method) {
        return method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    @ParameterizedTest
    @MethodSource("settingsForLean")
    void ignoredSettingPreventsStart(String property) {
        StandIn standIn = standIn("lean.environment", "stand-in", property, SECRET);

        assertThatThrownBy(standIn::account).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(property.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_") + ".")
                .hasMessageContaining("LEAN_ENVIRONMENT=stand-in").message().doesNotContain(SECRET);
        assertThat(standIn.isUsed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "private-key-jwt", "tls-client-auth" })
    void unsupportedMethodPreventsStart(String method) {
        assertThatThrownBy(standIn("lean.environment", "stand-in", "lean.client-authentication", method)::account)
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("LEAN_CLIENT_AUTHENTICATION");
    }

    @Test
    void everyIgnoredSettingIsNamed() {
        assertThatThrownBy(
                standIn("lean.environment", "stand-in", "lean.client-id", "id", "lean.client-secret", SECRET)::account)
                .hasMessageContaining("LEAN_CLIENT_ID, LEAN_CLIENT_SECRET.");
    }

    @ParameterizedTest
    @CsvSource({
            "stand-in,     ,       ALWAYS",
            "STAND_IN,     ,       ALWAYS",
            "stand-in,     never,  NEVER",
            "stand-in,     loopback, LOOPBACK",
            "sandbox-uae,  ,       LOOPBACK",
            ",             ,       LOOPBACK",
    })
    void everyCallerIsServedUnlessConfiguredOtherwise(String environment, String configured, Anonymous rule) {
        Map<String, String> variables = new HashMap<>();
        Optional.ofNullable(environment).ifPresent(set -> variables.put("LEAN_ENVIRONMENT", set));
        Optional.ofNullable(configured).ifPresent(set -> variables.put("ACCESS_ANONYMOUS", set));

        assertThat(anonymous(variables, "application.properties")).isEqualTo(rule);
    }

    @Test
    void buildEnvironmentIsNotPartOfTheApplication() {
        assertThat(anonymous(Map.of("LEAN_ENVIRONMENT", "stand-in"), "Build system")).isEqualTo(Anonymous.LOOPBACK);
    }

    /** @param source the name of a further source of the configuration */
    private static Anonymous anonymous(Map<String, String> variables, String source) {
        return new SmallRyeConfigBuilder().addDefaultInterceptors().addDiscoveredConverters()
                .withMapping(AccessConfig.class)
                .withSources(new EnvConfigSource(variables, 300),
                        new PropertiesConfigSource(Map.of("some", "thing"), source, 250))
                .withSources(new StandInAccess())
                .build().getConfigMapping(AccessConfig.class).anonymous();
    }

    private static StandIn standIn(String... namesAndValues) {
        Map<String, String> properties = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            properties.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        // Both mappings at once, since one prefix starts with the other.
        SmallRyeConfig config = new SmallRyeConfigBuilder().addDiscoveredConverters()
                .withMapping(LeanConfig.class).withMapping(LeanTlsConfig.class)
                .withSources(new PropertiesConfigSource(properties, "test", 100)).build();
        return new StandIn(config.getConfigMapping(LeanConfig.class), config.getConfigMapping(LeanTlsConfig.class),
                Clock.systemUTC());
    }
}
