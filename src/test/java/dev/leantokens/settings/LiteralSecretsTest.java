package dev.leantokens.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.access.AccessConfig;
import dev.leantokens.lean.LeanConfig;
import dev.leantokens.store.StoreConfig;
import dev.leantokens.tls.CallersTlsConfig;
import dev.leantokens.tls.LeanTlsConfig;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SecretKeys;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

class LiteralSecretsTest {

    private static final List<String> VALUES = List.of("pa$$ss", "pa${HOME}ss", "pa${nope}ss", "${nope}", "\\${x}", "a\\$b",
            "a\\b", "a\\\\b", "$", "$$", "${", "a:b${x:y}", "${x::y}", "caf\u00e9", "a b", " x ");

    private static final List<String> SECRETS = List.of("lean.client-id", "lean.client-secret", "lean.private-key-id",
            "lean.proxy-username", "lean.proxy-password", "lean.tls.key-store-password", "tls.key-store-password",
            "access.clients.shop.secret", "store.url", "store.key");

    static Stream<List<String>> secretsAndValues() {
        return SECRETS.stream().flatMap(secret -> VALUES.stream().map(value -> List.of(secret, value)));
    }

    /** The configuration with all customizers of the application. */
    private static SmallRyeConfig config(Map<String, String> variables, Map<String, String> properties) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder().addDefaultInterceptors().addDiscoveredConverters()
                .withMapping(LeanConfig.class).withMapping(AccessConfig.class).withMapping(LeanTlsConfig.class)
                .withMapping(CallersTlsConfig.class).withMapping(StoreConfig.class)
                .withSources(new EnvConfigSource(variables, 300), new PropertiesConfigSource(properties, "test", 250));
        ServiceLoader.load(SmallRyeConfigBuilderCustomizer.class).stream()
                .filter(provider -> provider.type().getName().startsWith("dev.leantokens."))
                .forEach(provider -> builder.withCustomizers(provider.get()));
        return builder.build();
    }

    private static String variable(String property) {
        return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static Optional<String> value(SmallRyeConfig config, String property) {
        LeanConfig lean = config.getConfigMapping(LeanConfig.class);
        return switch (property) {
            case "lean.client-id" -> lean.clientId();
            case "lean.client-secret" -> lean.clientSecret();
            case "lean.private-key-id" -> lean.privateKeyId();
            case "lean.proxy-username" -> lean.proxyUsername();
            case "lean.proxy-password" -> lean.proxyPassword();
            case "lean.tls.key-store-password" -> config.getConfigMapping(LeanTlsConfig.class).keyStorePassword();
            case "store.url" -> config.getConfigMapping(StoreConfig.class).url();
            case "store.key" -> config.getConfigMapping(StoreConfig.class).key();
            case "tls.key-store-password" -> config.getConfigMapping(CallersTlsConfig.class).keyStorePassword();
            default -> config.getConfigMapping(AccessConfig.class).clients().get("shop").secret();
        };
    }

    @ParameterizedTest
    @MethodSource("secretsAndValues")
    void secretIsReadLiterally(List<String> secretAndValue) {
        String secret = secretAndValue.get(0);
        String value = secretAndValue.get(1);

        assertThat(value(config(Map.of(variable(secret), value, "HOME", "/root"), Map.of()), secret)).contains(value);
        assertThat(value(config(Map.of("HOME", "/root"), Map.of(secret, value)), secret)).contains(value);
        assertThat(value(config(Map.of("HOME", "/root"), Map.of("%prod." + secret, value, "smallrye.config.profile", "prod")),
                secret)).contains(value);
    }

    @ParameterizedTest
    @FieldSource("VALUES")
    void indexedSecretIsReadLiterally(String value) {
        AccessConfig access = config(Map.of("HOME", "/root"),
                Map.of("access.clients.shop-api.secret[0]", value, "access.clients.shop-api.secret[1]", "a,b"))
                .getConfigMapping(AccessConfig.class);

        assertThat(access.clients().get("shop-api").secret()).isEmpty();
        assertThat(access.clients().get("shop-api").indexedSecrets()).contains(List.of(value, "a,b"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "quarkus.tls.callers.key-store.p12.password", "quarkus.tls.lean.key-store.jks.alias-password",
            "quarkus.tls.key-store.p12.password", "quarkus.tls.\"my-own\".trust-store.p12.password" })
    void quarkusPasswordIsReadLiterally(String property) {
        SmallRyeConfig config = config(Map.of(), Map.of(property, "pa$$${x}"));

        assertThat(SecretKeys.doUnlocked(() -> config.getConfigValue(property).getValue())).isEqualTo("pa$$${x}");
    }

    @Test
    void otherSettingsHaveExpressions() {
        SmallRyeConfig config = config(Map.of("NAME", "lean"), Map.of("lean.url", "https://${NAME}"));

        assertThat(config.getConfigMapping(LeanConfig.class).url()).contains("https://lean");
    }

    @Test
    void byteOrderMarkIsRemovedFromASecret() {
        assertThat(value(config(Map.of("LEAN_CLIENT_SECRET", "\uFEFFs3cr3t"), Map.of()), "lean.client-secret"))
                .contains("s3cr3t");
    }

    @ParameterizedTest
    @FieldSource("SECRETS")
    void damagedSecretIsRejectedByNameAndNotQuoted(String secret) {
        Map<String, String> flaws = new HashMap<>(Map.of("s3cr3t\uFFFD\uFFFD", "LANG=C.UTF-8", "s3cr3t\0", "NUL"));
        flaws.forEach((value, reason) -> {
            assertThatThrownBy(() -> config(Map.of(variable(secret), value), Map.of()))
                    .isInstanceOf(ConfigValidationException.class).hasMessageContaining(variable(secret))
                    .hasMessageContaining(reason)
                    .hasMessageNotContaining("s3cr3t");
        });
    }
}
