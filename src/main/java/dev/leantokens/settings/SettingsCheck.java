package dev.leantokens.settings;

import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * The rules of a package for its settings that their types cannot express. A bean that implements it is called at startup by
 * {@link SettingsChecks}, before anything else starts.
 */
public interface SettingsCheck {

    /**
     * May read the files that settings name, but opens no connection and starts nothing.
     *
     * @throws ConfigurationException if a setting is invalid; the message is for an operator, names the variable, and quotes no
     *         value that can be a misplaced secret
     */
    void check();
}
