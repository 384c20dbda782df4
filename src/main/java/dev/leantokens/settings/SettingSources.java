package dev.leantokens.settings;

import java.io.Serial;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.annotations.StaticInitSafe;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import io.smallrye.config.SysPropConfigSource;

/**
 * Reads the file {@code .env} of the working directory in dev mode only. It is a developer's file, hidden and easily copied by
 * accident, and it would override {@code config/application.properties}: its {@code LEAN_URL} could send the service's secret
 * to another host.
 * <p>
 * An environment variable or system property that is empty counts as not set: Compose files and Kubernetes manifests pass on
 * variables that are not set. Those of Quarkus keep their meaning. {@link SettingConverters} does the same for files.
 */
@StaticInitSafe
public class SettingSources implements SmallRyeConfigBuilderCustomizer {

    /** An empty value can mean something there. */
    private static final Pattern OF_QUARKUS = Pattern.compile("quarkus[._]", Pattern.CASE_INSENSITIVE);

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        if (LaunchMode.current().isDev()) {
            return;
        }
        // The builder adds the file together with environment variables and system properties, so those are added here instead.
        if (builder.isAddDefaultSources()) {
            builder.setAddDefaultSources(false).setAddSystemSources(true).setAddPropertiesSources(true);
        }
        if (builder.isAddSystemSources()) {
            builder.setAddSystemSources(false).withSources(new FilledProperties(),
                    new EnvConfigSource(filled(System.getenv()), EnvConfigSource.ORDINAL));
        }
    }

    private static boolean isSet(String name, String value) {
        return value != null && (!value.isBlank() || OF_QUARKUS.matcher(name).lookingAt());
    }

    /** @return the variables with a value; a mutable map, to which SmallRye Config adds other spellings of their names */
    static Map<String, String> filled(Map<String, String> variables) {
        return variables.entrySet().stream().filter(variable -> isSet(variable.getKey(), variable.getValue()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, other) -> other, HashMap::new));
    }

    private static final class FilledProperties extends SysPropConfigSource {

        @Serial
        private static final long serialVersionUID = 1L;

        @Override
        public String getValue(String name) {
            String value = super.getValue(name);
            return isSet(name, value) ? value : null;
        }

        /** Without the empty ones, whose names could be keys of a map. */
        @Override
        public Set<String> getPropertyNames() {
            return super.getPropertyNames().stream().filter(name -> getValue(name) != null).collect(Collectors.toSet());
        }
    }

    /** After Quarkus has configured the sources. */
    @Override
    public int priority() {
        return Integer.MAX_VALUE;
    }
}
