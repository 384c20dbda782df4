package dev.leantokens.settings;

import java.util.ArrayList;
import java.util.List;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.StartOrder;
import io.quarkus.arc.All;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;

/** Stops the start if settings are invalid, with a line for each package that refuses some. */
@ApplicationScoped
class SettingsChecks {

    void run(@Observes @Priority(StartOrder.SETTINGS) StartupEvent event, @All List<SettingsCheck> checks) {
        run(checks);
    }

    static void run(List<SettingsCheck> checks) {
        List<String> problems = new ArrayList<>();
        for (SettingsCheck check : checks) {
            try {
                check.check();
            } catch (ConfigurationException e) {
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(String.join("\n", problems.stream().distinct().sorted().toList()));
        }
    }
}
