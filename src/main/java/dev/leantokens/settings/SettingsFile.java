package dev.leantokens.settings;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.eclipse.microprofile.config.Config;

import dev.leantokens.StartOrder;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * Stops the start if a properties file starts with a byte order mark: SmallRye Config reads the mark as part of the first
 * setting's name, which would then be ignored silently.
 */
@ApplicationScoped
class SettingsFile {

    void check(@Observes @Priority(StartOrder.SETTINGS) StartupEvent event, Config config) {
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
