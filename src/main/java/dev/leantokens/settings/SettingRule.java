package dev.leantokens.settings;

import io.quarkus.runtime.configuration.ConfigurationException;

/** A condition that settings must meet for the application to start. */
public final class SettingRule {

    public static final int HIGHEST_PORT = 65_535;

    private SettingRule() {
    }

    /**
     * Stops the start unless a condition holds.
     *
     * @param message names the setting and says what it must be
     * @throws ConfigurationException with the message, if the condition does not hold
     */
    public static void require(boolean holds, String message) {
        if (!holds) {
            throw new ConfigurationException(message);
        }
    }
}
