package dev.leantokens.token;

import java.nio.file.Path;
import java.util.List;

import io.smallrye.config.PropertiesConfigSourceLoader;
import io.smallrye.config.SmallRyeConfigBuilder;

/** The setting {@code TOKEN_SCOPES} for commands, which run without the service and its configuration. */
public final class ConfiguredScopes {

    private static final String PROPERTY = "token.scopes";
    private static final Path FILE = Path.of("config", "application.properties");
    /** Between variables and what is packaged, as Quarkus has it. */
    private static final int ORDINAL_OF_FILE = 260;

    private ConfiguredScopes() {
    }

    /**
     * @return the scopes that a service would issue that is started in the same environment and folder
     * @throws IllegalArgumentException if one is not a pattern
     */
    public static List<ScopePattern> read() {
        // Only what needs no registration in a native executable: neither discovered sources nor a mapping.
        List<String> patterns = new SmallRyeConfigBuilder().addDefaultInterceptors().addDefaultSources()
                .withSources(
                        PropertiesConfigSourceLoader.inFileSystem(FILE.toAbsolutePath().toUri().toString(), ORDINAL_OF_FILE,
                                ConfiguredScopes.class.getClassLoader()))
                .build().getOptionalValues(PROPERTY, String.class).orElse(List.of(TokenConfig.SCOPES.split(",")));
        try {
            return patterns.stream().map(ScopePattern::new).toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("TOKEN_SCOPES: " + e.getMessage());
        }
    }
}
