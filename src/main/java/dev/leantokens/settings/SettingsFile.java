package dev.leantokens.settings;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.Config;

import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * Stops the start if a properties file starts with a byte order mark: SmallRye Config reads the mark as part of the first
 * setting's name, which would then be ignored silently.
 */
@Singleton
final class SettingsFile implements SettingsCheck {

    private final Config config;

    SettingsFile(Config config) {
        this.config = config;
    }

    @Override
    public void check() {
        for (String name : config.getPropertyNames()) {
            if (IntactText.startsWithByteOrderMark(name)) {
                // Without the name, which can be a misplaced secret.
                throw new ConfigurationException(
                        "config/application.properties, or another properties file, starts with a byte "
                                + "order mark (U+FEFF): save it without one");
            }
        }
    }
}
