package dev.leantokens.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import dev.leantokens.cache.CacheConfig;
import dev.leantokens.error.TokenError;
import dev.leantokens.lean.LeanConfig;
import dev.leantokens.limits.LimitsConfig;
import dev.leantokens.mcp.port.McpConfig;
import dev.leantokens.openapi.OpenapiConfig;
import dev.leantokens.tls.CallersTlsConfig;
import dev.leantokens.tls.LeanTlsConfig;
import dev.leantokens.token.TokenConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;

/** The README's tables say what the code does. */
class ReadmeTest {

    private static final List<Class<?>> MAPPINGS = List.of(LeanConfig.class, McpConfig.class, AccessConfig.class,
            TokenConfig.class, CacheConfig.class, LimitsConfig.class, CallersTlsConfig.class, LeanTlsConfig.class,
            OpenapiConfig.class);

    /** Properties whose variable has another name, mapped in application.properties. */
    private static final Map<String, String> SHORT_NAMES = Map.of(
            "access.allowed-hosts", "ALLOWED_HOSTS",
            "access.allowed-origins", "ALLOWED_ORIGINS");

    private static final List<String> LINES = readme();

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
            return settings(property + ".<id>", (Class<?>) each);
        }
        String variable = SHORT_NAMES.getOrDefault(property, property.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT));
        WithDefault withDefault = method.getAnnotation(WithDefault.class);
        return Stream.of(new Setting(property, variable, withDefault == null ? "" : "`" + withDefault.value() + "`"));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void settingIsInTheReadmeWithItsDefault(Setting setting) {
        assertThat(rowsOf(setting.variable())).singleElement().satisfies(row -> {
            assertThat(row.get(1)).isEqualTo("`" + setting.property() + "`");
            assertThat(row.get(2)).isEqualTo(setting.defaultValue());
            assertThat(row.get(3)).isNotBlank();
        });
    }

    @Test
    void readmeNamesNoSettingThatDoesNotExist() {
        Set<String> known = settings().map(Setting::property).collect(Collectors.toSet());
        Set<String> ofQuarkus = Set.of("quarkus.http.port", "quarkus.http.host", "quarkus.http.limits.max-header-size",
                "quarkus.http.idle-timeout", "quarkus.log.console.json.enabled",
                "quarkus.http.access-log.enabled", "quarkus.mcp.server.connection-idle-timeout");

        assertThat(rows().filter(row -> row.size() == 4 && row.get(0).matches("`[A-Z_]+(<ID>)?[A-Z_]*`"))
                .map(row -> row.get(1).replace("`", "")))
                .isNotEmpty().allMatch(property -> known.contains(property) || ofQuarkus.contains(property));
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
    void environmentIsInTheReadmeWithItsHost(LeanConfig.Environment environment) {
        String name = environment.name().toLowerCase(Locale.ROOT).replace('_', '-');

        assertThat(rowsOf(name)).singleElement()
                .satisfies(row -> assertThat(row.get(1))
                        .isEqualTo(environment.url().map(url -> "`" + url + "`")
                                .orElse("none: see [A trial](#a-trial-without-an-account)")));
    }

    @Test
    void errorsAreInTheReadmeWithStatusAndCode() {
        List<String> documented = rows().filter(row -> row.get(0).matches("\\d{3}") && row.size() == 3)
                .map(row -> row.get(0) + " " + row.get(1).replace("`", "")).toList();
        List<String> ofTheCode = Arrays.stream(TokenError.values()).filter(error -> error != TokenError.REFUSED_BY_LEAN)
                .map(error -> error.status() + " " + error.code()).toList();

        assertThat(documented).containsExactlyInAnyOrderElementsOf(ofTheCode);
    }

    @Test
    void imagesAndDeploymentsAreInTheReadme() throws IOException {
        for (String folder : List.of("src/main/docker", "src/main/kubernetes")) {
            try (Stream<Path> files = Files.list(Path.of(folder))) {
                assertThat(files.filter(file -> file.toString().matches(".*(Dockerfile\\..*|\\.yaml)")).map(Path::toString))
                        .isNotEmpty().allSatisfy(file -> assertThat(rowsOf(file)).hasSize(1));
            }
        }
    }

    @Test
    void filesThatTheReadmeNamesExist() {
        assertThat(Pattern.compile("`(src/[A-Za-z./-]+)`|\\]\\(([A-Za-z./-]+)\\)").matcher(String.join("\n", LINES)).results()
                .map(match -> match.group(1) == null ? match.group(2) : match.group(1)))
                .isNotEmpty().allSatisfy(file -> assertThat(Path.of(file)).exists());
    }

    @Test
    void packagesAreInTheReadme() throws IOException {
        try (Stream<Path> packages = Files.list(Path.of("src/main/java/dev/leantokens"))) {
            assertThat(packages.filter(Files::isDirectory).map(path -> "`" + path.getFileName() + "`")).isNotEmpty()
                    .allSatisfy(name -> assertThat(rows().filter(row -> row.get(0).contains(name))).hasSize(1));
        }
    }

    private static List<List<String>> rowsOf(String firstCell) {
        return rows().filter(row -> row.get(0).equals("`" + firstCell + "`")).toList();
    }

    private static Stream<List<String>> rows() {
        return LINES.stream().filter(line -> line.startsWith("| ")).map(line -> Arrays
                .stream(line.substring(1, line.lastIndexOf('|')).split("\\|", -1)).map(String::strip).toList());
    }

    private static List<String> readme() {
        try {
            return Files.readAllLines(Path.of("README.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
