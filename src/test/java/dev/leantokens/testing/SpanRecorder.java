package dev.leantokens.testing;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.leantokens.trace.Traces;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;

/** Records spans in memory, in the order of their ends. */
public final class SpanRecorder implements SpanExporter {

    private final List<SpanData> spans = new CopyOnWriteArrayList<>();
    private final Traces traces = new Traces(OpenTelemetrySdk.builder().setTracerProvider(
            SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(this)).build()).build(), true);

    /** @return traces of which the spans are recorded */
    public Traces traces() {
        return traces;
    }

    public List<SpanData> spans() {
        return List.copyOf(spans);
    }

    public List<String> names() {
        return spans.stream().map(SpanData::getName).toList();
    }

    /** @return the only span with this name */
    public SpanData only(String name) {
        List<SpanData> found = spans.stream().filter(span -> span.getName().equals(name)).toList();
        if (found.size() != 1) {
            throw new AssertionError("not one " + name + ", but " + names());
        }
        return found.get(0);
    }

    /** @return names and values, in the order of the names */
    public static Map<String, Object> values(Attributes attributes) {
        Map<String, Object> values = new TreeMap<>();
        attributes.forEach((key, value) -> values.put(key.getKey(), value));
        return values;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> ended) {
        spans.addAll(ended);
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }
}
