package dev.leantokens.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

import org.eclipse.microprofile.config.spi.ConfigSource;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;

/**
 * Translates the short settings of TLS into those of Quarkus, where there are any. Settings that are wrong are not translated:
 * Quarkus would refuse them with a stack and without the name of a variable; {@link TlsStart} says it better.
 */
public class TlsShorthandConfigSourceFactory implements ConfigSourceFactory {

    /** Below the application's own properties, and so below whatever an operator says in the words of Quarkus. */
    private static final int ORDINAL = 200;

    /** What Quarkus adds to the configuration while the application is built. */
    private static final String BUILD = "PropertiesConfigSource[source=Build system]";

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        if (context.getConfigSources().stream().anyMatch(source -> source.getName().equals(BUILD))) {
            // The variables are those of whoever builds it, and what is made of them would be in the application for good.
            return List.of();
        }
        Function<String, String> values = property -> {
            ConfigValue value = context.getValue(property);
            return value == null ? null : value.getValue();
        };
        List<ConfigSource> sources = new ArrayList<>();
        for (TlsBucket side : TlsBucket.values()) {
            Map<String, String> forQuarkus = translated(side, values);
            if (!forQuarkus.isEmpty()) {
                sources.add(new PropertiesConfigSource(forQuarkus, "TLS settings for " + side.bucket(), ORDINAL));
            }
        }
        return sources;
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }

    private static Map<String, String> translated(TlsBucket side, Function<String, String> values) {
        try {
            TlsSettings settings = TlsSettings.of(side, values);
            TlsRules.check(settings);
            return settings.forQuarkus();
        } catch (IllegalArgumentException | ConfigurationException e) {
            // Reported by the mapping of these settings, or by TlsStart when there is a log.
            return Map.of();
        }
    }
}
