package dev.leantokens.token;

import java.util.List;

import dev.leantokens.settings.CommandSettings;

/** Reads the setting {@code TOKEN_SCOPES} for commands, which run without the service's configuration. */
public final class ConfiguredScopes {

    private static final String PROPERTY = "token.scopes";

    private ConfiguredScopes() {
    }

    /**
     * @return the scopes that a service started in the same environment and folder would issue
     * @throws IllegalArgumentException if one is not a pattern
     */
    public static List<ScopePattern> read() {
        List<String> patterns = CommandSettings.read(List.of()).getOptionalValues(PROPERTY, String.class)
                .orElse(List.of(TokenConfig.SCOPES.split(",")));
        try {
            return patterns.stream().map(String::strip).map(ScopePattern::new).toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("TOKEN_SCOPES: " + e.getMessage());
        }
    }
}
