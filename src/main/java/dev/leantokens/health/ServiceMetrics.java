package dev.leantokens.health;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.health.SmallRyeHealthReporter;

/** Measures what concerns the service as a whole: its readiness, as probes see it, and its version. */
@Singleton
final class ServiceMetrics {

    private final SmallRyeHealthReporter health;

    ServiceMetrics(SmallRyeHealthReporter health) {
        this.health = health;
    }

    void register(@Observes StartupEvent event, MeterRegistry registry,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        Gauge.builder("service.ready", () -> isReady() ? 1 : 0)
                .description("1 while the service is ready for requests, 0 while it is not")
                .register(registry);
        Gauge.builder("service.info", () -> 1)
                .description("1, with the version of the service")
                .tag("version", version).register(registry);
    }

    /** Blocks: metrics are rendered on a worker thread. A check that fails with an exception counts as DOWN. */
    private boolean isReady() {
        try {
            return !health.getReadiness().isDown();
        } catch (RuntimeException e) {
            return false;
        }
    }
}
