package dev.leantokens.trace;

import static dev.leantokens.hostile.input.Parser.require;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Map;

import dev.leantokens.hostile.input.Parser;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;

/** The parser of a caller's trace context. */
public final class TraceParsers {

    public static final Map<String, Parser> ALL = Map.of("trace-context", TraceParsers::context);

    private static final TextMapGetter<Map<String, String>> MAP = new TextMapGetter<>() {

        @Override
        public Iterable<String> keys(Map<String, String> carrier) {
            return carrier.keySet();
        }

        @Override
        public String get(Map<String, String> carrier, String name) {
            return carrier.get(name);
        }
    };

    private TraceParsers() {
    }

    /** Lines: traceparent and tracestate. */
    private static void context(byte[] input) {
        String[] lines = (new String(input, ISO_8859_1) + "\n").split("\n", -1);
        SpanContext span = Span.fromContext(new Traces(OpenTelemetry.noop(), true).extract(Context.root(),
                Map.of("traceparent", lines[0], "tracestate", lines[1]), MAP)).getSpanContext();
        require(!span.isValid()
                || lines[0].matches("(?s)(?!ff)[0-9a-f]{2}-" + span.getTraceId() + "-" + span.getSpanId() + "-.*"),
                "the context is the caller's");
        require(span.isValid() || !lines[0].matches("00-[0-9a-f]{31}[1-9a-f]-[0-9a-f]{15}[1-9a-f]-0[01]"),
                "a usual context is read");
        require(span.getTraceState().size() <= 32, "a state has at most 32 members");
    }
}
