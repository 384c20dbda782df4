package dev.leantokens.settings;

import java.io.Serial;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigSourceInterceptorFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Expressions;
import io.smallrye.config.PropertyName;
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

    private static final Set<String> TRUE = Set.of("true", "1", "yes", "y", "on");
    private static final Set<String> FALSE = Set.of("false", "0", "no", "n", "off");

    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]*\\.?[0-9]+([eE][+-]?[0-9]+)?");
    private static final String WHOLE_NUMBER = "must be a whole number";

    private static final String ENVIRONMENT = "EnvConfigSource";
    /** A property that {@code application.properties} reads from a variable with a short name. */
    private static final Pattern SHORT_NAME = Pattern.compile("\\$\\{([A-Z_]+):[^$]*}");

    /** A list without entries. */
    private static final Pattern NOTHING = Pattern.compile("\\s*[,\\\\][,\\s\\\\]*");

    /** Settings of libraries, of which some are meant to be empty in a file. */
    private static final Pattern OF_QUARKUS = Pattern.compile("(quarkus|mp|smallrye)\\.");

    /** The start of the messages of SmallRye Config, which name the property only and can quote the value. */
    private static final String OF_SMALLRYE = "SRCFG";

    /** A converter does not learn the name of its property. It is the one that the same thread has read immediately before. */
    private static final ThreadLocal<ConfigValue> LAST_READ = new ThreadLocal<>();

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        // The builder's collections themselves, not copies: mappings and customizers that come later add to them.
        Map<String, String> defaults = builder.getDefaultValues();
        Set<PropertyName> secrets = builder.getSecretKeys();
        builder.withInterceptorFactories(new ConfigSourceInterceptorFactory() {

            @Override
            public ConfigSourceInterceptor getInterceptor(ConfigSourceInterceptorContext context) {
                return new Interceptor(defaults, secrets);
            }

            /** The first of all: the others look up further names. */
            @Override
            public OptionalInt getPriority() {
                return OptionalInt.of(Integer.MAX_VALUE);
            }
        });
        register(builder, Boolean.class, SettingConverters::toBoolean, "must be true or false");
        register(builder, Integer.class, text -> Integer.valueOf(plain(text)), WHOLE_NUMBER);
        // SmallRye Config does not compose it of the one above.
        register(builder, OptionalInt.class, text -> OptionalInt.of(Integer.parseInt(plain(text))), WHOLE_NUMBER,
                OptionalInt.empty());
        register(builder, Double.class, text -> Double.valueOf(plain(text)), "must be a number, such as 0.5");
        register(builder, Duration.class, new DurationConverter()::convert, "must be a duration, such as 500ms, 5s or 11m");
        register(builder, Path.class, Path::of, "must be the path of a file");
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
                throw new InvalidSetting(nameOf(LAST_READ.get()) + " " + rule);
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

    /** @return the text of a number; Java would also take digits of other scripts, hexadecimal numbers and suffixes */
    private static String plain(String number) {
        if (!NUMBER.matcher(number).matches()) {
            throw new IllegalArgumentException();
        }
        return number;
    }

    private static String spelling(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @return the variable, or the property if it is set by a file or a system property */
    static String nameOf(ConfigValue value) {
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

        private final transient Map<String, String> defaults;
        private final transient Set<PropertyName> secrets;

        private Interceptor(Map<String, String> defaults, Set<PropertyName> secrets) {
            this.defaults = defaults;
            this.secrets = secrets;
        }

        @Override
        public ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
            ConfigValue value = expanded(context, name);
            if (value != null && value.getValue() != null && !OF_QUARKUS.matcher(name).lookingAt()) {
                value = withoutSpace(name, requireEntries(name, withDefault(value)));
            }
            LAST_READ.set(value);
            return value;
        }

        private static ConfigValue expanded(ConfigSourceInterceptorContext context, String name) {
            ConfigValue value;
            try {
                value = context.proceed(name);
            } catch (NoSuchElementException | IllegalArgumentException e) {
                if (e.getMessage() != null && e.getMessage().startsWith(OF_SMALLRYE)) {
                    throw notExpanded(context, name);
                }
                throw e;
            }
            // SmallRye Config would take an optional setting that refers to a missing one as not set.
            if (value != null && value.hasProblems()) {
                throw notExpanded(context, name);
            }
            return value;
        }

        private static InvalidSetting notExpanded(ConfigSourceInterceptorContext context, String name) {
            ConfigValue raw = Expressions.withoutExpansion(() -> context.proceed(name));
            return new InvalidSetting(
                    (raw == null ? name : nameOf(raw)) + " has an expression ${…} of a setting that is not set; "
                            + "$$ stands for a dollar sign");
        }

        /** An empty value counts as not set. */
        private ConfigValue withDefault(ConfigValue value) {
            String standard = defaults.get(value.getName());
            return standard != null && value.getValue().isBlank() ? value.withValue(standard) : value;
        }

        /** SmallRye Config would take an optional list without entries as not set, and report another one in its own words. */
        private ConfigValue requireEntries(String name, ConfigValue value) {
            boolean literal = secrets.contains(PropertyName.unprofiled(name));
            if (!literal && NOTHING.matcher(value.getValue()).matches()) {
                throw new InvalidSetting(nameOf(value) + " has no value beside its commas or backslashes");
            }
            return value;
        }

        /** White space comes from files and shells. Secrets are taken literally. */
        private ConfigValue withoutSpace(String name, ConfigValue value) {
            boolean literal = secrets.contains(PropertyName.unprofiled(name)) && !value.getValue().isBlank();
            return literal ? value : value.withValue(value.getValue().strip());
        }
    }
}
