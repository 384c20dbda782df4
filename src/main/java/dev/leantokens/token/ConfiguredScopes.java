package dev.leantokens.token;

import java.nio.file.Path;
import java.util.List;

import io.smallrye.config.PropertiesConfigSourceLoader;
import io.smallrye.config.SmallRyeConfigBuilder;

/** Reads the setting {@code TOKEN_SCOPES} for commands, which run without the service's configuration. */
public final class ConfiguredScopes {

    private static final String PROPERTY = "token.scopes";
    private static final Path FILE = Path.of("config", "application.properties");
    /** The ordinal of this file in Quarkus: below environment variables, above packaged properties. */
    private static final int ORDINAL_OF_FILE = 260;

    private ConfiguredScopes() {
    }

    /**
     * @return the scopes that a service started in the same environment and folder would issue
     * @throws IllegalArgumentException if one is not a pattern
     */
    public static List<ScopePattern> read() {
        // Discovered sources and mappings would need registration in a native executable.
        List<String> patterns = new SmallRyeConfigBuilder().addDefaultInterceptors().addDefaultSources()
                .withSources(
                        PropertiesConfigSourceLoader.inFileSystem(FILE.toAbsolutePath().toUri().toString(), ORDINAL_OF_FILE,
                                ConfiguredScopes.class.getClassLoader()))
                .build().getOptionalValues(PROPERTY, String.class).orElse(List.of(TokenConfig.SCOPES.split(",")));
        try {
            return patterns.stream().map(String::strip).map(ScopePattern::new).toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("TOKEN_SCOPES: " + e.getMessage());
        }
    }
}
