package dev.leantokens.trace;

import java.nio.file.Path;
import java.util.Optional;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;

/**
 * Traces, by the standard variables of OpenTelemetry, with its names and units. Without an endpoint, no spans are created.
 */
@ConfigMapping(prefix = "otel")
public interface TraceConfig {

    /** Where spans are sent. */
    enum Exporter {
        /** To the endpoint. */
        OTLP,
        /** Nowhere: traces are off. */
        NONE
    }

    /** How spans are sent. */
    enum Protocol {
        /** OTLP/HTTP with Protobuf. */
        HTTP_PROTOBUF,
        /** OTLP/gRPC. */
        GRPC
    }

    /** How the body is compressed. */
    enum Compression {
        /** Not at all. */
        NONE,
        /** With gzip. */
        GZIP
    }

    /**
     * Which requests are traced. Those whose name starts with {@code PARENTBASED} follow the caller's decision, if it has one.
     */
    enum TracesSampler {
        ALWAYS_ON,
        ALWAYS_OFF,
        TRACEIDRATIO,
        PARENTBASED_ALWAYS_ON,
        PARENTBASED_ALWAYS_OFF,
        PARENTBASED_TRACEIDRATIO
    }

    /** The address of a collector; over HTTP, {@code /v1/traces} is appended. Switches traces on. */
    @WithName("exporter.otlp.endpoint")
    Optional<CollectorUrl> exporterOtlpEndpoint();

    /** The address for traces, used as it is; instead of the other one. Switches traces on. */
    @WithName("exporter.otlp.traces.endpoint")
    Optional<CollectorUrl> exporterOtlpTracesEndpoint();

    /** How spans are sent: {@code http/protobuf} or {@code grpc}. */
    @WithName("exporter.otlp.protocol")
    @WithDefault("http/protobuf")
    Protocol exporterOtlpProtocol();

    /** Headers of each request to the collector, as {@code name=value}, separated by commas; values are percent-encoded. */
    @WithName("exporter.otlp.headers")
    Optional<String> exporterOtlpHeaders();

    /** A PEM file with the authorities that the collector's certificate is verified by, instead of the platform's. */
    @WithName("exporter.otlp.certificate")
    Optional<Path> exporterOtlpCertificate();

    /** How spans are compressed. */
    @WithName("exporter.otlp.compression")
    @WithDefault("none")
    Compression exporterOtlpCompression();

    /** The longest time to wait for the collector, in milliseconds. */
    @WithName("exporter.otlp.timeout")
    @WithDefault("10000")
    int exporterOtlpTimeout();

    /** Where spans are sent: {@code otlp} or {@code none}. */
    @WithName("traces.exporter")
    @WithDefault("otlp")
    Exporter tracesExporter();

    /** Which requests are traced. */
    @WithName("traces.sampler")
    @WithDefault("parentbased_always_on")
    TracesSampler tracesSampler();

    /** The share of traces for the samplers with a ratio, from 0 to 1. */
    @WithName("traces.sampler.arg")
    @WithDefault("1.0")
    double tracesSamplerArg();

    /** Switches traces off, whatever the other settings say. */
    @WithName("sdk.disabled")
    @WithDefault("false")
    boolean sdkDisabled();

    /** The name of the service in traces. Default: {@code lean-authentication-tokens}. */
    @WithName("service.name")
    Optional<String> serviceName();

    /** Further attributes of the service, as {@code name=value}, separated by commas; values are percent-encoded. */
    @WithName("resource.attributes")
    Optional<String> resourceAttributes();

    /** How long a span waits for others that are sent with it, in milliseconds. */
    @WithName("bsp.schedule.delay")
    @WithDefault("5000")
    int bspScheduleDelay();

    /** How many spans wait to be sent; further ones are dropped. */
    @WithName("bsp.max.queue.size")
    @WithDefault("2048")
    int bspMaxQueueSize();

    /** How many spans are sent at once. */
    @WithName("bsp.max.export.batch.size")
    @WithDefault("512")
    int bspMaxExportBatchSize();

    /** After how long spans that are being sent count as lost, in milliseconds: all attempts together. */
    @WithName("bsp.export.timeout")
    @WithDefault("30000")
    int bspExportTimeout();

    /** @return where spans are sent; empty if traces are off */
    default Optional<CollectorUrl> endpoint() {
        return sdkDisabled() || tracesExporter() == Exporter.NONE ? Optional.empty()
                : exporterOtlpTracesEndpoint().or(this::exporterOtlpEndpoint);
    }
}
