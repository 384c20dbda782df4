package dev.leantokens.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.access.AccessConfig;
import dev.leantokens.audit.AuditConfig;
import dev.leantokens.cache.CacheConfig;
import dev.leantokens.issuer.IssuersConfig;
import dev.leantokens.lean.LeanConfig;
import dev.leantokens.limits.LimitsConfig;
import dev.leantokens.mcp.port.McpConfig;
import dev.leantokens.openapi.OpenapiConfig;
import dev.leantokens.status.StatusConfig;
import dev.leantokens.store.StoreConfig;
import dev.leantokens.tls.CallersTlsConfig;
import dev.leantokens.tls.LeanTlsConfig;
import dev.leantokens.token.TokenConfig;
import dev.leantokens.trace.TraceConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;

/** The page of the configuration has a row for each setting and each environment, as the code has it. */
class DocumentedSettingsTest {

    private static final List<Class<?>> MAPPINGS = List.of(LeanConfig.class, McpConfig.class, AccessConfig.class,
            TokenConfig.class, CacheConfig.class, LimitsConfig.class, CallersTlsConfig.class, LeanTlsConfig.class,
            OpenapiConfig.class, StatusConfig.class, StoreConfig.class, IssuersConfig.class, TraceConfig.class,
            AuditConfig.class);

    /** Properties whose variable has another name, mapped in application.properties. */
    private static final Map<String, String> SHORT_NAMES = Map.of(
            "access.allowed-hosts", "ALLOWED_HOSTS",
            "access.allowed-origins", "ALLOWED_ORIGINS");

    private static final Path PAGE = Path.of("docs/reference/configuration.md");

    /** Settings of Quarkus that the page names. */
    private static final Set<String> OF_QUARKUS = Set.of("quarkus.http.port", "quarkus.http.host",
            "quarkus.http.limits.max-header-size", "quarkus.http.idle-timeout", "quarkus.log.console.json.enabled",
            "quarkus.log.console.json.log-format", "quarkus.http.access-log.enabled", "quarkus.http.access-log.pattern",
            "quarkus.tls.callers.protocols", "quarkus.mcp.server.connection-idle-timeout");

    private record Setting(String property, String variable, String defaultValue) {
    }

    static Stream<Setting> settings() {
        return MAPPINGS.stream().flatMap(mapping -> settings(mapping.getAnnotation(ConfigMapping.class).prefix(), mapping))
                .distinct();
    }

    private static Stream<Setting> settings(String prefix, Class<?> mapping) {
        return Arrays.stream(mapping.getDeclaredMethods()).filter(method -> Modifier.isAbstract(method.getModifiers()))
                .flatMap(method -> settings(prefix, method));
    }

    private static Stream<Setting> settings(String prefix, Method method) {
        WithName withName = method.getAnnotation(WithName.class);
        String property = prefix + "." + (withName != null ? withName.value() : method.getName()).replaceAll("([A-Z])", "-$1")
                .toLowerCase(Locale.ROOT);
        if (method.getReturnType() == Map.class) {
            // Settings by a name that the operator chooses.
            Type each = ((ParameterizedType) method.getGenericReturnType()).getActualTypeArguments()[1];
            return each instanceof Class<?> group ? settings(property + ".<id>", group)
                    : Stream.of(new Setting(property + ".<claim>", variable(property + ".<claim>"), ""));
        }
        WithDefault withDefault = method.getAnnotation(WithDefault.class);
        return Stream.of(new Setting(property, variable(property), withDefault == null ? "" : "`" + withDefault.value() + "`"));
    }

    private static String variable(String property) {
        return SHORT_NAMES.getOrDefault(property, property.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void settingIsDocumentedWithItsDefault(Setting setting) {
        assertThat(Tables.rowsOf(PAGE, setting.variable())).singleElement().satisfies(row -> {
            assertThat(row.get(1)).isEqualTo("`" + setting.property() + "`");
            assertThat(row.get(2)).isEqualTo(setting.defaultValue());
            assertThat(row.get(3)).isNotBlank();
        });
    }

    @Test
    void settingThatDoesNotExistIsNotDocumented() {
        Set<String> known = settings().map(Setting::property).collect(Collectors.toSet());
        List<List<String>> documented = Tables.rows(PAGE).stream()
                .filter(row -> row.size() == 4 && row.get(0).matches("`([A-Z_]|<ID>|<CLAIM>)+`")).toList();

        assertThat(documented.stream().map(row -> row.get(1).replace("`", ""))).hasSize(known.size() + OF_QUARKUS.size())
                .allMatch(property -> known.contains(property) || OF_QUARKUS.contains(property));
    }

    static List<Path> pages() {
        // Decisions and the guide to upgrades also name settings of earlier versions.
        return Tables.pages().stream().filter(page -> !page.startsWith("docs/adr") && !page.endsWith("upgrade.md")).toList();
    }

    /** In prose: examples also have variables of clients. */
    @ParameterizedTest
    @MethodSource("pages")
    void settingThatAPageNamesExists(Path page) {
        Set<String> known = Tables.rows(PAGE).stream().map(row -> row.get(0).replace("`", "")).collect(Collectors.toSet());
        String prose = Tables.textOf(page).replaceAll("(?s)```.*?```", "");

        assertThat(
                Pattern.compile(
                        "`((?:LEAN|TOKEN|CACHE|LIMITS|TLS|ALLOWED|OPENAPI|MCP|ACCESS|STORE|OTEL|AUDIT)_[A-Z_]*[A-Z])(?:=[^`]*)?`")
                        .matcher(prose).results().map(name -> name.group(1)).filter(name -> !name.startsWith("LEAN_TOKENS_")))
                .allMatch(name -> known
                        .contains(name.replaceFirst("(?<=^ACCESS_CLIENTS_).+(?=_(SECRET|CERTIFICATE|SCOPES)$)", "<ID>")
                                .replaceFirst("(?<=^ACCESS_CLIENTS_).+(?=_DEFAULT_SCOPE$)", "<ID>")
                                .replaceFirst("(?<=^ACCESS_ISSUERS_)[A-Z]+(?=_)", "<ID>")
                                .replaceFirst("(?<=_CLAIMS_).+", "<CLAIM>")));
    }

    /** The explanation repeats defaults in words: a fraction such as 0.2 as "the last fifth". */
    @Test
    void explanationHasTheDefaultsOfItsSettings() {
        Map<String, String> defaults = settings().collect(Collectors.toMap(Setting::variable, Setting::defaultValue));
        List<List<String>> numbers = Tables.rows(Path.of("docs/explanation/caching-and-resilience.md")).stream()
                .filter(row -> row.size() == 3 && row.get(2).matches("`[A-Z].*")).toList();

        assertThat(numbers).hasSizeGreaterThan(10).allSatisfy(row -> Pattern.compile("[A-Z]+_[A-Z_]+").matcher(row.get(2))
                .results().map(name -> defaults.get(name.group())).filter(value -> !value.contains("."))
                .forEach(value -> assertThat(row.get(1)).containsPattern("\\b" + value.replaceAll("\\D", "") + "\\b")));
    }

    @Test
    void portsAndShortNamesAreMappedInTheApplicationsProperties() throws IOException {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
            properties.load(reader);
        }

        assertThat(properties).containsEntry("quarkus.http.port", "${PORT:8080}")
                .containsEntry("quarkus.log.console.json.enabled", "${LOG_JSON:false}")
                .containsEntry("quarkus.http.access-log.enabled", "${ACCESS_LOG:false}");
        SHORT_NAMES.forEach((property, variable) -> assertThat(properties).containsEntry(property, "${" + variable + ":}"));
    }

    @ParameterizedTest
    @EnumSource(LeanConfig.Environment.class)
    void environmentIsDocumentedWithItsHost(LeanConfig.Environment environment) {
        String name = environment.name().toLowerCase(Locale.ROOT).replace('_', '-');

        assertThat(Tables.rowsOf(PAGE, name)).singleElement()
                .satisfies(row -> assertThat(row.get(1))
                        .isEqualTo(environment.url().map(url -> "`" + url + "`")
                                .orElse("none: see [Try it without an account](../how-to/try-without-an-account.md)")));
    }
}
