package dev.leantokens.settings;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import dev.leantokens.issuer.IssuerSettings;
import dev.leantokens.issuer.TokenVerifiers;
import dev.leantokens.tls.TlsShorthandConfigSourceFactory;
import dev.leantokens.trace.Traces;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import io.vertx.core.Vertx;

/**
 * Reads settings as the application does when it starts, and makes all its {@link SettingsCheck}s, without the application. The
 * mappings and the checks are those on the class path, so that new ones take part.
 */
public final class StartSettings {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.leantokens");

    /** The interfaces with the settings of this service. */
    public static final List<Class<?>> MAPPINGS = CLASSES.stream().filter(type -> type.isAnnotatedWith(ConfigMapping.class))
            .<Class<?>> map(JavaClass::reflect).sorted(Comparator.comparing(Class::getName)).toList();

    private static final List<Class<?>> CHECKS = CLASSES.stream()
            .filter(type -> type.isAssignableTo(SettingsCheck.class) && !type.isInterface())
            .<Class<?>> map(JavaClass::reflect).sorted(Comparator.comparing(Class::getName)).toList();

    /** Those of this service. The sources are set here, and the other libraries' concern their own settings. */
    private static final List<SmallRyeConfigBuilderCustomizer> CUSTOMIZERS = ServiceLoader
            .load(SmallRyeConfigBuilderCustomizer.class).stream()
            .filter(customizer -> customizer.type().getName().startsWith("dev.leantokens")
                    && customizer.type() != SettingSources.class)
            .map(ServiceLoader.Provider::get).toList();

    private static final Map<String, String> PACKAGED = packaged();
    private static final Vertx VERTX = Vertx.vertx();

    private final Map<String, String> variables;
    private final SmallRyeConfig config;

    private StartSettings(Map<String, String> variables, SmallRyeConfig config) {
        this.variables = variables;
        this.config = config;
    }

    /**
     * @param variables the environment
     * @param file the content of {@code config/application.properties}
     * @throws ConfigurationException with what an operator reads, if the application would not start
     */
    public static SmallRyeConfig start(Map<String, String> variables, Map<String, String> file) {
        try {
            StartSettings settings = new StartSettings(variables, config(variables, file));
            SettingsChecks.run(CHECKS.stream()
                    .<Supplier<SettingsCheck>> map(check -> () -> (SettingsCheck) settings.create(check)).toList());
            return settings.config;
        } catch (ConfigValidationException e) {
            throw new ConfigurationException(e.getMessage());
        }
    }

    private static SmallRyeConfig config(Map<String, String> variables, Map<String, String> file) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder().addDefaultInterceptors()
                .withSources(new EnvConfigSource(SettingSources.filled(variables), EnvConfigSource.ORDINAL),
                        new PropertiesConfigSource(new HashMap<>(file), "file", 260),
                        new PropertiesConfigSource(PACKAGED, "packaged", 250))
                .withSources(new TlsShorthandConfigSourceFactory())
                .withMappingIgnore("quarkus.**");
        MAPPINGS.forEach(builder::withMapping);
        CUSTOMIZERS.forEach(customizer -> customizer.configBuilder(builder));
        return builder.build();
    }

    private static Map<String, String> packaged() {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(Function.identity(), properties::getProperty));
    }

    /** Creates a bean as CDI would, by its constructor; if there are several, by the one whose environment can be set. */
    private Object create(Class<?> type) {
        Constructor<?> constructor = Arrays.stream(type.getDeclaredConstructors())
                .filter(each -> !Modifier.isPrivate(each.getModifiers()))
                .max(Comparator.comparing(each -> Arrays.asList(each.getParameterTypes()).contains(Map.class))).orElseThrow();
        constructor.setAccessible(true);
        Object[] arguments = Arrays.stream(constructor.getParameters()).map(this::argument).toArray();
        try {
            return constructor.newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            if (e.getCause() instanceof ConfigurationException invalid) {
                // Beans that check by their constructors are created when they are called.
                return (SettingsCheck) () -> {
                    throw invalid;
                };
            }
            throw new IllegalStateException(type.getName(), e.getCause() == null ? e : e.getCause());
        }
    }

    private Object argument(Parameter parameter) {
        Class<?> type = parameter.getType();
        if (type == VertxHttpConfig.class) {
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
                    (proxy, method, none) -> switch (method
                            .getName()) {
                        case "host" -> config.getOptionalValue("quarkus.http.host", String.class).orElse("127.0.0.1");
                        case "insecureRequests" -> Optional.empty();
                        case "determinePort" -> config.getValue("quarkus.http.port", int.class);
                        default -> throw new UnsupportedOperationException(method.getName());
                    });
        }
        if (type.isAnnotationPresent(ConfigMapping.class)) {
            return config.getConfigMapping(type);
        }
        if (type == Map.class) {
            return variables;
        }
        if (type == Function.class) {
            TokenVerifiers verifiers = (TokenVerifiers) create(TokenVerifiers.class);
            return (Function<List<IssuerSettings>, Object>) verifiers::replace;
        }
        if (type == boolean.class) {
            return true;
        }
        if (type == String.class) {
            return "any";
        }
        List<Object> values = List.of(config, VERTX, Clock.systemUTC(), Traces.OFF, new SimpleMeterRegistry());
        return values.stream().filter(type::isInstance).findFirst().orElseGet(() -> create(type));
    }
}
