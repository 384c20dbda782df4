package dev.leantokens.tls;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;

import org.eclipse.microprofile.config.ConfigProvider;

import dev.leantokens.StartOrder;
import dev.leantokens.file.PollingTask;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.tls.runtime.CertificateRecorder;
import io.quarkus.tls.runtime.KeyStoreAndKeyCertOptions;
import io.quarkus.tls.runtime.config.TlsBucketConfig;
import io.quarkus.tls.runtime.config.TlsConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.smallrye.config.SmallRyeConfig;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;

/**
 * PollingTask every second whether files of Quarkus' TLS registry have changed, and has them taken over by
 * {@link CertificateUpdatedEvent}, which is fired on a worker thread. Buckets with a {@code reload-period} are left to Quarkus,
 * whose own reloading is less: the ADR "TLS by short variables and by our own reloading" has the reasons.
 */
@ApplicationScoped
class TlsReload {

    private final Vertx vertx;
    private final TlsConfigurationRegistry registry;
    private final Event<CertificateUpdatedEvent> updated;
    private final NewConnections newConnections;
    private final Clock clock;
    private final MeterRegistry metrics;
    private final List<PollingTask> looks = new ArrayList<>();

    TlsReload(Vertx vertx, TlsConfigurationRegistry registry, Event<CertificateUpdatedEvent> updated,
            NewConnections newConnections, Clock clock, MeterRegistry metrics) {
        this.vertx = vertx;
        this.registry = registry;
        this.updated = updated;
        this.newConnections = newConnections;
        this.clock = clock;
        this.metrics = metrics;
    }

    void start(@Observes @Priority(StartOrder.BACKGROUND) StartupEvent event) {
        SmallRyeConfig config = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
        TlsConfig buckets = config.getConfigMapping(TlsConfig.class);
        String ofCallers = bucketOf(config.getConfigMapping(VertxHttpConfig.class));
        Map<String, TlsBucketConfig> all = new HashMap<>(buckets.namedCertificateConfig());
        buckets.defaultCertificateConfig().ifPresent(bucket -> all.put(TlsConfig.DEFAULT_NAME, bucket));
        all.forEach((name, bucket) -> {
            TlsBucketFiles files = new TlsBucketFiles(bucket);
            if (!files.isEmpty() && bucket.reloadPeriod().isEmpty()) {
                watch(name, bucket, files, name.equalsIgnoreCase(ofCallers));
            }
        });
    }

    void stop(@Observes ShutdownEvent event) {
        looks.forEach(PollingTask::close);
    }

    /** @return the bucket that both ports use */
    private static String bucketOf(VertxHttpConfig http) {
        return http.tlsConfigurationName().orElse(TlsConfig.DEFAULT_NAME);
    }

    private void watch(String name, TlsBucketConfig bucket, TlsBucketFiles files, boolean ofCallers) {
        TlsConfiguration present = registry.get(name).orElseThrow();
        Runnable tell = () -> updated.fire(new CertificateUpdatedEvent(name, present));
        TlsBucketReloader watch = new TlsBucketReloader(name, present, asTheRegistryReads(name, bucket, files), clock,
                ofCallers ? () -> newConnections.waitDuring(tell) : tell);
        watch.begin();
        if (watch.validity().isPresent()) {
            Gauge.builder("tls.certificate.validity", watch, it -> it.validity().map(Duration::toSeconds).orElse(0L))
                    .description("For how long a certificate is valid; negative if it has expired")
                    .tag("configuration", name).baseUnit("seconds").register(metrics);
        }
        PollingTask every = new PollingTask(vertx, watch::look);
        looks.add(every);
        every.start();
    }

    /** As the registry reads them. */
    private TlsBucketReloader.Files asTheRegistryReads(String name, TlsBucketConfig bucket, TlsBucketFiles files) {
        return new TlsBucketReloader.Files() {

            @Override
            public String fingerprint() {
                return files.fingerprint();
            }

            @Override
            public Optional<KeyCertOptions> load() {
                CertificateRecorder.getTrustStore(bucket, vertx, name);
                KeyStoreAndKeyCertOptions keys = CertificateRecorder.getKeyStore(bucket, vertx, name);
                return Optional.ofNullable(keys).map(loaded -> loaded.options);
            }
        };
    }
}
