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
 * Translates the short TLS settings into those of Quarkus' TLS registry. Invalid settings are not translated, because Quarkus
 * would reject them with a stack trace and without the name of the variable. Nothing can be logged yet, so the message is
 * passed on as the property {@link #PROBLEM}, and {@link TlsSettingsCheck} stops the start with it.
 */
public class TlsShorthandConfigSourceFactory implements ConfigSourceFactory {

    /** The property that says what is wrong with the short settings; absent if nothing is. */
    static final String PROBLEM = "dev.leantokens.tls.problem";

    /** Below application.properties, so that settings in Quarkus' own names take precedence. */
    private static final int ORDINAL = 200;

    /** The source that Quarkus adds while it builds the application. */
    private static final String BUILD = "PropertiesConfigSource[source=Build system]";

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        if (context.getConfigSources().stream().anyMatch(source -> source.getName().equals(BUILD))) {
            // The variables of the build machine must not become part of the application.
            return List.of();
        }
        Function<String, String> values = property -> {
            ConfigValue value = context.getValue(property);
            return value == null ? null : value.getValue();
        };
        List<ConfigSource> sources = new ArrayList<>();
        for (TlsBucket bucket : TlsBucket.values()) {
            Map<String, String> translated = translate(bucket, values);
            if (!translated.isEmpty()) {
                sources.add(new PropertiesConfigSource(translated, "TLS settings for " + bucket.registryName(), ORDINAL));
            }
        }
        return sources;
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }

    private static Map<String, String> translate(TlsBucket bucket, Function<String, String> values) {
        try {
            TlsSettings settings = TlsSettings.of(bucket, values);
            TlsRules.check(settings);
            return settings.forQuarkus();
        } catch (ConfigurationException e) {
            return Map.of(PROBLEM, e.getMessage());
        } catch (IllegalArgumentException e) {
            // A damaged password, which the mapping of these settings reports.
            return Map.of();
        }
    }
}
