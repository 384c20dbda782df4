package dev.leantokens.settings;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.eclipse.microprofile.config.ConfigProvider;

import dev.leantokens.StartOrder;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * Refuses to start with a file of settings that starts with a byte order mark: SmallRye Config takes the mark for a part of the
 * first setting's name, which would be ignored without a word.
 */
@ApplicationScoped
class SettingsFile {

    void check(@Observes @Priority(StartOrder.SETTINGS) StartupEvent event) {
        check(ConfigProvider.getConfig().getPropertyNames());
    }

    static void check(Iterable<String> names) {
        for (String name : names) {
            if (!IntactText.withoutByteOrderMark(name).equals(name)) {
                // Without the name: it can be a secret that is in the wrong place.
                throw new ConfigurationException(
                        "config/application.properties, or another file of settings, starts with a byte "
                                + "order mark (U+FEFF): save it without");
            }
        }
    }
}
