package dev.leantokens.settings;

import java.io.Serial;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigSourceInterceptorFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Reports values that cannot be converted in one line each, which names the variable that is set and never quotes the value: it
 * can be a misplaced secret. SmallRye Config would quote it, name the property only, and take a boolean that it does not know
 * for {@code false}.
 */
public class SettingConverters implements SmallRyeConfigBuilderCustomizer {

    /** Above those of SmallRye Config (1) and Quarkus (200). */
    private static final int PRIORITY = 1000;

    private static final Set<String> TRUE = Set.of("true", "1", "yes", "y", "on", "ja", "j", "si", "sim", "oui");
    private static final Set<String> FALSE = Set.of("false", "0", "no", "n", "off", "nein", "não", "non");

    private static final String WHOLE_NUMBER = "must be a whole number";

    private static final String ENVIRONMENT = "EnvConfigSource";
    /** A property that {@code application.properties} reads from a variable with a short name. */
    private static final Pattern SHORT_NAME = Pattern.compile("\\$\\{([A-Z_]+):.*}");

    /** A converter does not learn the name of its property. It is the one that the same thread has read immediately before. */
    private static final ThreadLocal<ConfigValue> LAST_READ = new ThreadLocal<>();

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        builder.withInterceptorFactories(new ConfigSourceInterceptorFactory() {

            @Override
            public ConfigSourceInterceptor getInterceptor(ConfigSourceInterceptorContext context) {
                return new Interceptor();
            }

            /** The first of all: the others look up further names. */
            @Override
            public OptionalInt getPriority() {
                return OptionalInt.of(Integer.MAX_VALUE);
            }
        });
        register(builder, Boolean.class, SettingConverters::toBoolean, "must be true or false");
        register(builder, Integer.class, Integer::valueOf, WHOLE_NUMBER);
        // SmallRye Config does not compose it of the one above.
        register(builder, OptionalInt.class, text -> OptionalInt.of(Integer.parseInt(text)), WHOLE_NUMBER, OptionalInt.empty());
        register(builder, Double.class, Double::valueOf, "must be a number, such as 0.5");
        register(builder, Duration.class, new DurationConverter()::convert, "must be a duration, such as 500ms, 5s or 11m");
        register(builder, MemorySize.class, new MemorySizeConverter()::convert, "must be a size in bytes, such as 64K or 16M");
    }

    /** Registers the constants of an enum, in lower case and with hyphens. */
    public static <E extends Enum<E>> void register(SmallRyeConfigBuilder builder, Class<E> type) {
        List<String> names = Arrays.stream(type.getEnumConstants()).map(constant -> spelling(constant.name())).toList();
        int last = names.size() - 1;
        register(builder, type, text -> type.getEnumConstants()[names.indexOf(spelling(text))],
                "must be " + String.join(", ", names.subList(0, last)) + " or " + names.get(last));
    }

    /**
     * @param convert gets the text without surrounding white space; fails with a {@link RuntimeException}
     * @param rule what the value must be, as the rest of a sentence that starts with the setting's name
     */
    public static <T> void register(SmallRyeConfigBuilder builder, Class<T> type, Function<String, T> convert, String rule) {
        // For null, SmallRye Config takes an optional setting as not set, and rejects another one.
        register(builder, type, convert, rule, null);
    }

    private static <T> void register(SmallRyeConfigBuilder builder, Class<T> type, Function<String, T> convert, String rule,
            T whenEmpty) {
        builder.withConverter(type, PRIORITY, value -> {
            String text = value.strip();
            if (text.isEmpty()) {
                return whenEmpty;
            }
            try {
                return convert.apply(text);
            } catch (RuntimeException e) {
                throw new Invalid(nameOf(LAST_READ.get()) + " " + rule);
            }
        });
    }

    /** @return whether a text is one of the words for true, in any case */
    public static boolean isTrue(String text) {
        return TRUE.contains(text.toLowerCase(Locale.ROOT));
    }

    private static Boolean toBoolean(String text) {
        String word = text.toLowerCase(Locale.ROOT);
        if (!TRUE.contains(word) && !FALSE.contains(word)) {
            throw new IllegalArgumentException();
        }
        return TRUE.contains(word);
    }

    private static String spelling(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @return the variable, or the property if it is set by a file or a system property */
    private static String nameOf(ConfigValue value) {
        if (value == null) {
            return "A setting";
        }
        Matcher shortName = SHORT_NAME.matcher(value.getRawValue() == null ? "" : value.getRawValue());
        if (shortName.matches()) {
            return shortName.group(1);
        }
        boolean variable = value.getConfigSourceName() != null && value.getConfigSourceName().startsWith(ENVIRONMENT);
        return variable ? variableOf(value.getName()) : value.getName();
    }

    private static String variableOf(String property) {
        return property.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    private static final class Interceptor implements ConfigSourceInterceptor {

        @Serial
        private static final long serialVersionUID = 1L;

        @Override
        public ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
            ConfigValue value = context.proceed(name);
            LAST_READ.set(value);
            return value;
        }
    }

    /** Not an {@link IllegalArgumentException}, whose message SmallRye Config would extend by the value. */
    private static final class Invalid extends ConfigurationException {

        @Serial
        private static final long serialVersionUID = 1L;

        private Invalid(String message) {
            super(message);
        }

        /** Without the class: SmallRye Config lists invalid settings by this text. */
        @Override
        public String toString() {
            return getMessage();
        }
    }
}
