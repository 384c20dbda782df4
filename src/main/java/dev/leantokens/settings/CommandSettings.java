package dev.leantokens.settings;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSourceLoader;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Reads settings for commands, which run without the service's configuration: as a service that is started in the same
 * environment and folder would read them.
 */
public final class CommandSettings {

    private static final Path FILE = Path.of("config", "application.properties");
    /** The ordinal of this file in Quarkus: below environment variables, above packaged properties. */
    private static final int ORDINAL_OF_FILE = 260;

    private CommandSettings() {
    }

    /**
     * @param customizers the converters and secrets of the settings that the command reads
     * @param mappings the interfaces of these settings
     * @throws ConfigurationException if one is invalid; the message is for an operator
     */
    public static SmallRyeConfig read(Iterable<SmallRyeConfigBuilderCustomizer> customizers, Class<?>... mappings) {
        // Discovered sources and converters would need registration in a native executable.
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder().addDefaultInterceptors().addDefaultSources()
                .withSources(
                        PropertiesConfigSourceLoader.inFileSystem(FILE.toAbsolutePath().toUri().toString(), ORDINAL_OF_FILE,
                                CommandSettings.class.getClassLoader()))
                // Other settings start in the same way as mapped ones.
                .withValidateUnknown(false);
        new SettingSources().configBuilder(builder);
        customizers.forEach(customizer -> customizer.configBuilder(builder));
        for (Class<?> mapping : mappings) {
            builder.withMapping(mapping);
        }
        try {
            return builder.build();
        } catch (ConfigValidationException e) {
            throw new ConfigurationException(IntStream.range(0, e.getProblemCount())
                    .mapToObj(i -> e.getProblem(i).getMessage()).collect(Collectors.joining("\n")));
        }
    }
}
