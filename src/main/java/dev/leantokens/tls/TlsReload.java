package dev.leantokens.tls;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;

import org.eclipse.microprofile.config.Config;

import dev.leantokens.StartOrder;
import dev.leantokens.file.PollingTask;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.tls.runtime.config.TlsBucketConfig;
import io.quarkus.tls.runtime.config.TlsConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.Vertx;

/**
 * Polls the files of Quarkus' TLS registry every second, reloads the buckets whose files have changed, and fires a
 * {@link CertificateUpdatedEvent} for each on a worker thread. Buckets with a {@code reload-period} are left to Quarkus. ADR 8
 * says what Quarkus' own reload lacks.
 */
@ApplicationScoped
class TlsReload {

    private final Vertx vertx;
    private final TlsConfig config;
    private final VertxHttpConfig http;
    private final TlsConfigurationRegistry registry;
    private final Event<CertificateUpdatedEvent> updated;
    private final NewConnections newConnections;
    private final Clock clock;
    private final MeterRegistry metrics;
    private final List<PollingTask> pollingTasks = new ArrayList<>();

    TlsReload(Vertx vertx, TlsConfig config, VertxHttpConfig http, TlsConfigurationRegistry registry,
            Event<CertificateUpdatedEvent> updated, NewConnections newConnections, Clock clock, MeterRegistry metrics) {
        this.vertx = vertx;
        this.config = config;
        this.http = http;
        this.registry = registry;
        this.updated = updated;
        this.newConnections = newConnections;
        this.clock = clock;
        this.metrics = metrics;
    }

    void start(@Observes @Priority(StartOrder.BACKGROUND) StartupEvent event, Config settings) {
        Map<String, TlsBucketConfig> buckets = new HashMap<>(config.namedCertificateConfig());
        config.defaultCertificateConfig().ifPresent(bucket -> buckets.put(TlsConfig.DEFAULT_NAME, bucket));
        buckets.forEach((name, bucket) -> {
            TlsBucketFiles files = new TlsBucketFiles(name, bucket, vertx);
            if (!files.isEmpty() && bucket.reloadPeriod().isEmpty()) {
                watch(name, TlsBucket.describe(name, property -> settings.getConfigValue(property).getValue() != null), files);
            }
        });
    }

    void stop(@Observes ShutdownEvent event) {
        pollingTasks.forEach(PollingTask::close);
    }

    private void watch(String name, String description, TlsBucketFiles files) {
        TlsConfiguration bucket = registry.get(name).orElseThrow();
        Runnable update = () -> updated.fire(new CertificateUpdatedEvent(name, bucket));
        boolean ofPorts = name.equalsIgnoreCase(http.tlsConfigurationName().orElse(TlsConfig.DEFAULT_NAME));
        TlsBucketReloader reloader = new TlsBucketReloader(description, bucket, files, clock,
                ofPorts ? () -> newConnections.pauseDuring(update) : update);
        reloader.start();
        if (reloader.validity().isPresent()) {
            Gauge.builder("tls.certificate.validity", reloader, it -> it.validity().map(Duration::toSeconds).orElse(0L))
                    .description("For how long a certificate is valid; negative if it has expired")
                    .tag("configuration", name).baseUnit("seconds").register(metrics);
        }
        PollingTask pollingTask = new PollingTask(vertx, reloader::poll);
        pollingTasks.add(pollingTask);
        pollingTask.start();
    }
}
