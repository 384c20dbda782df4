package dev.leantokens.token;

import static dev.leantokens.settings.SettingRule.require;

import java.time.Duration;

import io.quarkus.runtime.configuration.ConfigurationException;

/** Checks the settings of this package, each and in combination. */
final class TokenConfigRules {

    /** The lifetime of Lean's tokens. */
    private static final Duration LIFETIME = Duration.ofHours(1);

    private TokenConfigRules() {
    }

    /** @throws ConfigurationException if a setting is invalid; the message is for an operator and names the variable */
    static void check(TokenConfig config) {
        require(!config.scopes().isEmpty(), "TOKEN_SCOPES is empty: no token could be issued");
        requireValidity("TOKEN_MINIMUM_VALIDITY", config.minimumValidity());
        requireValidity("TOKEN_CUSTOMER_MINIMUM_VALIDITY", config.customerMinimumValidity());
        require(config.refreshAhead() >= 0 && config.refreshAhead() < 1,
                "TOKEN_REFRESH_AHEAD must be at least 0 and less than 1: it is a part of the time in which a token is served");
        require(config.staleAfter().toMillis() > 0, "TOKEN_STALE_AFTER must be at least 1 ms");
        require(!config.retryCooldown().isNegative(), "TOKEN_RETRY_COOLDOWN must not be negative");
        require(!config.prefetch() || ScopePattern.anyAllows(config.scopes(), Scope.API),
                "TOKEN_PREFETCH is true but TOKEN_SCOPES does not allow api, the scope to prefetch");
    }

    private static void requireValidity(String variable, Duration validity) {
        require(!validity.isNegative(), variable + " must not be negative");
        require(validity.compareTo(LIFETIME) < 0, variable + " is " + validity.toSeconds()
                + " s, but Lean's tokens are valid for " + LIFETIME.toSeconds() + " s: none would be served from the cache");
    }
}
