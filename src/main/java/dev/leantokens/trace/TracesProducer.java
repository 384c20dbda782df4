package dev.leantokens.trace;

import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;

/** Creates the SDK of OpenTelemetry if traces are configured. ADR 22 says why Quarkus does not. */
@ApplicationScoped
class TracesProducer {

    private static final Logger LOG = Logger.getLogger(TracesProducer.class);

    /** How long spans that are not exported yet may delay the exit of the process. */
    private static final int EXIT_DELAY_MILLIS = 1000;

    private final TraceConfig config;
    private final String application;
    private final String version;

    private Optional<SdkTracerProvider> spans = Optional.empty();

    TracesProducer(TraceConfig config, @ConfigProperty(name = "quarkus.application.name") String application,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.config = config;
        this.application = application;
        this.version = version;
    }

    /** Replaces Quarkus' SDK, which reads the variables of OpenTelemetry by itself. */
    @Produces
    @Singleton
    static OpenTelemetry unused() {
        return OpenTelemetry.noop();
    }

    /** @param exporters replaces the one that is configured, as in tests */
    @Produces
    @Singleton
    Traces traces(Vertx vertx, Clock clock, MeterRegistry registry, Instance<SpanExporter> exporters) {
        return config.endpoint().map(endpoint -> {
            // The check of other settings can create this bean before those of this package are checked.
            TraceConfigRules.check(config);
            ExportLog log = new ExportLog(clock, registry, endpoint.origin());
            SpanExporter exporter = exporters.isResolvable() ? exporters.get()
                    : new OtlpExporter(vertx, config, endpoint, TraceConfigRules.headers(config), log);
            SdkTracerProvider provider = SdkTracerProvider.builder()
                    .setResource(resource())
                    .setSampler(sampler())
                    .addSpanProcessor(new SpanQueue(config, exporter, log::dropped))
                    .build();
            spans = Optional.of(provider);
            LOG.info("Traces go to " + endpoint.origin() + " by "
                    + config.exporterOtlpProtocol().name().toLowerCase(Locale.ROOT).replace('_', '/') + ", sampled by "
                    + config.tracesSampler().name().toLowerCase(Locale.ROOT));
            if (config.exporterOtlpHeaders().isPresent() && !endpoint.isPrivate()) {
                LOG.warn(
                        "The headers of OTEL_EXPORTER_OTLP_HEADERS travel to the collector unencrypted: use an https endpoint");
            }
            return new Traces(OpenTelemetrySdk.builder().setTracerProvider(provider).build(), true);
        }).orElse(Traces.OFF);
    }

    void stop(@Observes ShutdownEvent event) {
        spans.ifPresent(provider -> provider.shutdown().join(EXIT_DELAY_MILLIS, TimeUnit.MILLISECONDS));
    }

    private Resource resource() {
        AttributesBuilder attributes = Resource.getDefault().toBuilder().put("service.name", application)
                .put("service.version", version).put("service.instance.id", UUID.randomUUID().toString()).build()
                .getAttributes().toBuilder();
        TraceConfigRules.resourceAttributes(config).forEach(attributes::put);
        config.serviceName().ifPresent(name -> attributes.put("service.name", name));
        return Resource.create(attributes.build());
    }

    private Sampler sampler() {
        return switch (config.tracesSampler()) {
            case ALWAYS_ON -> Sampler.alwaysOn();
            case ALWAYS_OFF -> Sampler.alwaysOff();
            case TRACEIDRATIO -> ratio();
            case PARENTBASED_ALWAYS_ON -> Sampler.parentBased(Sampler.alwaysOn());
            case PARENTBASED_ALWAYS_OFF -> Sampler.parentBased(Sampler.alwaysOff());
            case PARENTBASED_TRACEIDRATIO -> Sampler.parentBased(ratio());
        };
    }

    private Sampler ratio() {
        return Sampler.traceIdRatioBased(config.tracesSamplerArg());
    }
}
