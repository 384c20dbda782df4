package dev.leantokens.trace;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

import org.eclipse.microprofile.config.spi.ConfigSource;

import dev.leantokens.settings.SettingConverters;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;

/** Adds the ids of the trace and the span to the lines of the log while traces are on. */
public class TracedLogConfigSourceFactory implements ConfigSourceFactory {

    /** Above the packaged application.properties, below what operators set. */
    private static final int ORDINAL = 255;

    /** The source that Quarkus adds while it builds the application. */
    private static final String BUILD = "PropertiesConfigSource[source=Build system]";

    /** Quarkus' format, with the ids. Lines that belong to no request have empty ones. */
    private static final Map<String, String> FORMATS = Map.of(
            "quarkus.log.console.format",
            "%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p [%c] (%t) traceId=%X{traceId} spanId=%X{spanId} %s%e%n",
            // Those of application.properties, but not mdc.
            "quarkus.log.console.json.excluded-keys",
            "loggerClassName,sequence,threadId,ndc,processName,processId");

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        boolean building = context.getConfigSources().stream().anyMatch(source -> source.getName().equals(BUILD));
        return !building && areOn(context) ? List.of(new PropertiesConfigSource(FORMATS, "log with ids of traces", ORDINAL))
                : List.of();
    }

    /** As {@link TraceConfig#endpoint}. Values that are invalid stop the start later. */
    private static boolean areOn(ConfigSourceContext context) {
        return Stream.of("otel.exporter.otlp.endpoint", "otel.exporter.otlp.traces.endpoint")
                .anyMatch(property -> !valueOf(context, property).isEmpty())
                && !valueOf(context, "otel.traces.exporter").equalsIgnoreCase("none")
                && !SettingConverters.isTrue(valueOf(context, "otel.sdk.disabled"));
    }

    private static String valueOf(ConfigSourceContext context, String property) {
        ConfigValue value = context.getValue(property);
        return value == null || value.getValue() == null ? "" : value.getValue().strip();
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }
}
