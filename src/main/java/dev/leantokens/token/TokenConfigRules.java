package dev.leantokens.token;

import static dev.leantokens.settings.SettingRule.require;

import java.time.Duration;

import io.quarkus.runtime.configuration.ConfigurationException;

/** What must hold for the settings of this package, each and together. */
final class TokenConfigRules {

    /** How long Lean's tokens live. */
    private static final Duration LIFETIME = Duration.ofHours(1);

    private TokenConfigRules() {
    }

    /** @throws ConfigurationException if they contradict themselves; the message is for an operator and names the variable */
    static void check(TokenConfig config) {
        require(!config.scopes().isEmpty(), "TOKEN_SCOPES is empty: nothing would be given out");
        requireValidity("TOKEN_MINIMUM_VALIDITY", config.minimumValidity());
        requireValidity("TOKEN_CUSTOMER_MINIMUM_VALIDITY", config.customerMinimumValidity());
        require(config.refreshAhead() >= 0 && config.refreshAhead() < 1,
                "TOKEN_REFRESH_AHEAD must be a part of the time in which a token is given out: 0 or more, and less than 1");
        require(config.staleAfter().toMillis() > 0, "TOKEN_STALE_AFTER must be more than nothing");
        require(!config.retryCooldown().isNegative(), "TOKEN_RETRY_COOLDOWN must not be negative");
        require(!config.prefetch() || ScopePattern.anyAllows(config.scopes(), Scope.API),
                "TOKEN_PREFETCH is on and TOKEN_SCOPES does not allow api: there is nothing to fetch");
    }

    private static void requireValidity(String variable, Duration validity) {
        require(!validity.isNegative(), variable + " must not be negative");
        require(validity.compareTo(LIFETIME) < 0, variable + " is " + validity.toSeconds() + " s, and Lean's tokens live for "
                + LIFETIME.toSeconds() + " s: no token would ever be given out from the cache");
    }
}
