package dev.leantokens.access;

import java.util.Set;

import jakarta.inject.Singleton;

import dev.leantokens.settings.SettingsCheck;

/** Checks the hosts and origins that operators allow. */
@Singleton
final class HostSettings implements SettingsCheck {

    private final AccessConfig config;

    HostSettings(AccessConfig config) {
        this.config = config;
    }

    @Override
    public void check() {
        new HostRules(config.allowedHosts().orElse(Set.of()), config.allowedOrigins().orElse(Set.of()));
    }
}
