package dev.leantokens.health;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.eclipse.microprofile.health.Readiness;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;

/** Measures what concerns the service as a whole: its readiness, as probes see it, and its version. */
@Singleton
final class ServiceMetrics {

    ServiceMetrics() {
    }

    void register(@Observes StartupEvent event, MeterRegistry registry, @Readiness Instance<HealthCheck> checks,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        Gauge.builder("service.ready", () -> isReady(checks) ? 1 : 0)
                .description("1 while the service is ready for requests, 0 while it is not")
                .register(registry);
        Gauge.builder("service.info", () -> 1)
                .description("1, with the version of the service")
                .tag("version", version).register(registry);
    }

    private static boolean isReady(Instance<HealthCheck> checks) {
        return checks.stream().allMatch(check -> check.call().getStatus() == Status.UP);
    }
}
