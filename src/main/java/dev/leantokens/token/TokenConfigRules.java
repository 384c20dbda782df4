package dev.leantokens.token;

import static dev.leantokens.settings.SettingRule.require;

import java.time.Duration;

import jakarta.inject.Singleton;

import dev.leantokens.settings.SettingsCheck;
import io.quarkus.runtime.configuration.ConfigurationException;

/** Checks the settings of this package, each and in combination. */
@Singleton
final class TokenConfigRules implements SettingsCheck {

    /** The lifetime of Lean's tokens. */
    private static final Duration LIFETIME = Duration.ofHours(1);

    private final TokenConfig config;

    TokenConfigRules(TokenConfig config) {
        this.config = config;
    }

    @Override
    public void check() {
        check(config);
    }

    /** @throws ConfigurationException if a setting is invalid; the message is for an operator and names the variable */
    static void check(TokenConfig config) {
        require(!config.scopes().isEmpty(), "TOKEN_SCOPES is empty: no token could be issued");
        requireValidity("TOKEN_MINIMUM_VALIDITY", config.minimumValidity());
        requireValidity("TOKEN_CUSTOMER_MINIMUM_VALIDITY", config.customerMinimumValidity());
        require(config.refreshAhead() >= 0 && config.refreshAhead() < 1,
                "TOKEN_REFRESH_AHEAD must be at least 0 and less than 1: it is a part of the time in which a token is served");
        require(config.staleAfter().compareTo(Duration.ofMillis(1)) >= 0 && config.staleAfter().compareTo(LIFETIME) <= 0,
                "TOKEN_STALE_AFTER must be from 1ms to " + LIFETIME.toHours() + "h");
        require(!config.retryCooldown().isNegative() && config.retryCooldown().compareTo(LIFETIME) <= 0,
                "TOKEN_RETRY_COOLDOWN must be from 0s to " + LIFETIME.toHours() + "h");
        require(!config.prefetch() || ScopePattern.anyAllows(config.scopes(), Scope.API),
                "TOKEN_PREFETCH is true but TOKEN_SCOPES does not allow api, the scope to prefetch");
    }

    private static void requireValidity(String variable, Duration validity) {
        require(!validity.isNegative(), variable + " must not be negative");
        require(validity.compareTo(LIFETIME) < 0, variable + " is " + validity.toSeconds()
                + " s, but Lean's tokens are valid for " + LIFETIME.toSeconds() + " s: none would be served from the cache");
    }
}
