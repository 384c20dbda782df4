package dev.leantokens.trace;

import static dev.leantokens.settings.SettingRule.require;

import java.util.Map;
import java.util.regex.Pattern;

import jakarta.inject.Singleton;

import dev.leantokens.file.CertificateFile;
import dev.leantokens.settings.SettingsCheck;
import io.quarkus.runtime.configuration.ConfigurationException;

/** The rules for the settings of this package. */
@Singleton
final class TraceConfigRules implements SettingsCheck {

    /** The client counts in seconds, and takes none for no limit. */
    private static final int MIN_TIMEOUT = 1000;
    private static final int MAX_MILLIS = 3_600_000;
    /** 64 MB of spans, about. */
    private static final int MAX_QUEUE_SIZE = 65_536;
    /** RFC 9110 §5.6.2. */
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern HEADER_VALUE = Pattern.compile("[ -~\\t]*");
    private static final String HEADERS = "OTEL_EXPORTER_OTLP_HEADERS";

    private final TraceConfig config;

    TraceConfigRules(TraceConfig config) {
        this.config = config;
    }

    @Override
    public void check() {
        check(config);
    }

    /** @throws ConfigurationException if a rule is broken; the message is for an operator and names the variable */
    static void check(TraceConfig config) {
        requireBetween("OTEL_EXPORTER_OTLP_TIMEOUT", config.exporterOtlpTimeout(), MIN_TIMEOUT, MAX_MILLIS);
        requireBetween("OTEL_BSP_SCHEDULE_DELAY", config.bspScheduleDelay(), 1, MAX_MILLIS);
        requireBetween("OTEL_BSP_EXPORT_TIMEOUT", config.bspExportTimeout(), MIN_TIMEOUT, MAX_MILLIS);
        requireBetween("OTEL_BSP_MAX_QUEUE_SIZE", config.bspMaxQueueSize(), 1, MAX_QUEUE_SIZE);
        require(config.bspMaxExportBatchSize() >= 1 && config.bspMaxExportBatchSize() <= config.bspMaxQueueSize(),
                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE must be from 1 to OTEL_BSP_MAX_QUEUE_SIZE");
        require(config.tracesSamplerArg() >= 0 && config.tracesSamplerArg() <= 1,
                "OTEL_TRACES_SAMPLER_ARG must be from 0 to 1");
        config.exporterOtlpCertificate()
                .ifPresent(file -> CertificateFile.check("OTEL_EXPORTER_OTLP_CERTIFICATE", file));
        headers(config);
        resourceAttributes(config);
    }

    /** @return the headers of requests to the collector */
    static Map<String, String> headers(TraceConfig config) {
        Map<String, String> headers = NamedValues.parse(HEADERS, config.exporterOtlpHeaders().orElse(""));
        headers.forEach((name, value) -> require(
                HEADER_NAME.matcher(name).matches() && HEADER_VALUE.matcher(value).matches(),
                HEADERS + " has a name or a value that is not allowed in a header"));
        return headers;
    }

    static Map<String, String> resourceAttributes(TraceConfig config) {
        return NamedValues.parse("OTEL_RESOURCE_ATTRIBUTES", config.resourceAttributes().orElse(""));
    }

    private static void requireBetween(String variable, int value, int least, int most) {
        require(value >= least && value <= most, variable + " must be from " + least + " to " + most);
    }
}
