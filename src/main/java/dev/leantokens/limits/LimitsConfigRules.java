package dev.leantokens.limits;

import static dev.leantokens.settings.SettingRule.require;

import java.time.Duration;

import jakarta.inject.Singleton;

import dev.leantokens.settings.SettingsCheck;

/** The rules for the settings of this package. */
@Singleton
final class LimitsConfigRules implements SettingsCheck {

    private static final Duration MAX_REQUEST_TIME = Duration.ofHours(1);

    private final LimitsConfig config;

    LimitsConfigRules(LimitsConfig config) {
        this.config = config;
    }

    @Override
    public void check() {
        require(config.connections() > 0, "LIMITS_CONNECTIONS must be greater than 0");
        config.connectionsPerPeer().ifPresent(perPeer -> require(perPeer > 0 && perPeer <= config.connections(),
                "LIMITS_CONNECTIONS_PER_PEER must be greater than 0 and at most LIMITS_CONNECTIONS"));
        require(config.requestTime().compareTo(Duration.ZERO) > 0 && config.requestTime().compareTo(MAX_REQUEST_TIME) <= 0,
                "LIMITS_REQUEST_TIME must be greater than 0 and at most " + MAX_REQUEST_TIME.toHours() + "h");
    }
}
