package dev.leantokens.settings;

import java.util.HashMap;

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
 */
@StaticInitSafe
public class SettingSources implements SmallRyeConfigBuilderCustomizer {

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
            builder.setAddSystemSources(false).withSources(new SysPropConfigSource(),
                    new EnvConfigSource(new HashMap<>(System.getenv()), EnvConfigSource.ORDINAL));
        }
    }

    /** After Quarkus has configured the sources. */
    @Override
    public int priority() {
        return Integer.MAX_VALUE;
    }
}
