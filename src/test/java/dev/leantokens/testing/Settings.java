package dev.leantokens.testing;

import java.util.HashMap;
import java.util.Map;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;

/** Creates configuration mappings without the application. */
public final class Settings {

    private Settings() {
    }

    /**
     * @param mapping the mapping interface
     * @param namesAndValues properties, each name followed by its value; all others have their defaults
     */
    public static <T> T of(Class<T> mapping, String... namesAndValues) {
        Map<String, String> properties = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            properties.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(mapping)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build()
                .getConfigMapping(mapping);
    }
}
