package dev.leantokens.hostile.settings;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import dev.leantokens.settings.StartSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;

/**
 * A setting of a config mapping. Those of local clients, issuers and claims have the id {@code a}.
 *
 * @param property its name in files
 * @param variable its environment variable
 * @param type the type of its values, without {@code Optional} and collections
 * @param isList whether it has several values
 * @param standard its default, as it is written
 * @param value reads its effective value
 */
record Setting(String property, String variable, Class<?> type, boolean isList, Optional<String> standard, Read value) {

    /** What an operator calls a local client, an issuer or a claim. */
    static final String ID = "a";

    private static final Map<String, String> SHORT_NAMES = Map.of(
            "access.allowed-hosts", "ALLOWED_HOSTS",
            "access.allowed-origins", "ALLOWED_ORIGINS");

    @FunctionalInterface
    interface Read {

        Object from(SmallRyeConfig config);
    }

    /** @return the settings of all mappings */
    static List<Setting> all() {
        return StartSettings.MAPPINGS.stream()
                .flatMap(mapping -> of(mapping.getAnnotation(ConfigMapping.class).prefix(), mapping,
                        config -> config.getConfigMapping(mapping)))
                .distinct().toList();
    }

    private static Stream<Setting> of(String prefix, Class<?> group, Read read) {
        return Arrays.stream(group.getDeclaredMethods()).filter(method -> Modifier.isAbstract(method.getModifiers()))
                // The same setting once more, for indexed properties.
                .filter(method -> !method.getName().equals("indexedSecrets"))
                .flatMap(method -> of(prefix, method, config -> invoke(method, read.from(config))));
    }

    private static Stream<Setting> of(String prefix, Method method, Read read) {
        WithName withName = method.getAnnotation(WithName.class);
        String property = prefix + "." + (withName != null ? withName.value() : method.getName()).replaceAll("([A-Z])", "-$1")
                .toLowerCase(Locale.ROOT);
        if (method.getReturnType() == Map.class) {
            Type each = ((ParameterizedType) method.getGenericReturnType()).getActualTypeArguments()[1];
            Read entry = config -> ((Map<?, ?>) read.from(config)).get(ID);
            return each instanceof Class<?> group ? of(property + "." + ID, group, entry)
                    : Stream.of(new Setting(property + "." + ID, variable(property + "." + ID), String.class, false,
                            Optional.empty(), entry));
        }
        WithDefault withDefault = method.getAnnotation(WithDefault.class);
        return Stream.of(new Setting(property, variable(property), simple(method.getGenericReturnType()),
                isList(method.getGenericReturnType()), Optional.ofNullable(withDefault).map(WithDefault::value), read));
    }

    private static Object invoke(Method method, Object target) {
        try {
            return target == null ? null : method.invoke(target);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(method.toString(), e);
        }
    }

    private static String variable(String property) {
        return SHORT_NAMES.getOrDefault(property, property.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT));
    }

    private static Class<?> simple(Type type) {
        if (type instanceof ParameterizedType generic) {
            return simple(generic.getActualTypeArguments()[0]);
        }
        Class<?> simple = (Class<?>) type;
        return simple.getSimpleName().equals("OptionalInt") || simple == int.class ? Integer.class
                : simple == boolean.class ? Boolean.class : simple == double.class ? Double.class : simple;
    }

    private static boolean isList(Type type) {
        return type instanceof ParameterizedType generic
                && (generic.getRawType() instanceof Class<?> raw && Collection.class.isAssignableFrom(raw)
                        || isList(generic.getActualTypeArguments()[0]));
    }

    boolean isFile() {
        return type == Path.class;
    }

    boolean isUrl() {
        return property.endsWith("url") || property.endsWith("endpoint") || property.endsWith(".issuer")
                || property.equals("mcp.oauth-resource");
    }

    /** @return whether values are taken literally */
    boolean isSecret() {
        return property.matches(
                ".*(secret|password|username|\\.client-id|private-key-id|store\\.key|store\\.url|audit\\.key|otlp\\.headers)");
    }

    /** @return whether a line of the log says which setting is meant */
    boolean isNamedBy(String line) {
        if (property.startsWith("access.clients.") || property.startsWith("access.issuers.")) {
            UnaryOperator<String> words = text -> text.replace('-', ' ').replace('_', ' ');
            String last = property.contains(".claims.") ? "claim" : property.substring(property.lastIndexOf('.') + 1);
            return contains(line, variable) || contains(line, property)
                    || line.matches("ACCESS_(CLIENTS|ISSUERS): .*\\b" + ID + "\\b.*")
                            && words.apply(line).contains(words.apply(last.replaceFirst("s$", "")));
        }
        return contains(line, variable) || contains(line, property);
    }

    /** A name that is not the start of a longer one. */
    private static boolean contains(String line, String name) {
        return (" " + line + " ").matches("(?s).*[^A-Za-z0-9_.-]" + java.util.regex.Pattern.quote(name) + "[^A-Za-z0-9_-].*");
    }

    @Override
    public String toString() {
        return variable;
    }
}
