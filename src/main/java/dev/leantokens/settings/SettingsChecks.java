package dev.leantokens.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.StartOrder;
import io.quarkus.arc.All;
import io.quarkus.arc.InstanceHandle;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.runtime.filters.Filters;

/**
 * Stops the start if settings are invalid, with a line for each package that refuses some. Quarkus creates the filters of
 * requests before {@code StartupEvent}, and their beans rely on checked settings.
 */
@ApplicationScoped
class SettingsChecks {

    void run(@Observes @Priority(StartOrder.SETTINGS) Filters first, @All List<InstanceHandle<SettingsCheck>> checks) {
        run(checks.stream().<Supplier<SettingsCheck>> map(handle -> handle::get).toList());
    }

    /** @param checks each creates its bean, whose constructor can already refuse settings */
    static void run(List<Supplier<SettingsCheck>> checks) {
        List<String> problems = new ArrayList<>();
        for (Supplier<SettingsCheck> check : checks) {
            try {
                check.get().check();
            } catch (ConfigurationException e) {
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(String.join("\n", problems.stream().distinct().sorted().toList()));
        }
    }
}
