package dev.leantokens.issuer;

import static dev.leantokens.settings.SettingRule.require;

import java.time.Duration;

import jakarta.inject.Singleton;

import dev.leantokens.settings.SettingsCheck;

/** The rules for the settings of all issuers. {@link IssuerRules} has those for each. */
@Singleton
final class IssuersConfigRules implements SettingsCheck {

    private static final Duration LEAST_KEPT = Duration.ofMinutes(10);
    private static final Duration MOST_KEPT = Duration.ofDays(30);

    private final IssuersConfig config;

    IssuersConfigRules(IssuersConfig config) {
        this.config = config;
    }

    @Override
    public void check() {
        require(config.keepKeys().compareTo(LEAST_KEPT) >= 0 && config.keepKeys().compareTo(MOST_KEPT) <= 0,
                "ISSUERS_KEEP_KEYS must be from " + LEAST_KEPT.toMinutes() + "m to " + MOST_KEPT.toHours() + "h");
    }
}
