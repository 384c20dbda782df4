package dev.leantokens.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;

class LimitedGetterTest {

    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

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

    private static SpanContext extract(String state) {
        return Span.fromContext(new Traces(OpenTelemetry.noop(), true).extract(Context.root(),
                Map.of("traceparent", PARENT, "tracestate", state), MAP)).getSpanContext();
    }

    @Test
    void stateOfUsualLengthIsRead() {
        assertThat(extract("a=b, c=d").getTraceState().asMap()).containsOnly(Map.entry("a", "b"), Map.entry("c", "d"));
        assertThat(extract("a=" + "b".repeat(256) + ",c=" + "d".repeat(251)).getTraceState().asMap()).hasSize(2);
    }

    /** The SDK needs quadratic time for runs of blanks. */
    @ParameterizedTest
    @ValueSource(strings = { "a=b  x", "a=b\t,c=d", "a=b,\t\tc=d" })
    void stateWithRunsOfBlanksIsLeftOut(String state) {
        SpanContext caller = extract(state);

        assertThat(caller.getTraceState().isEmpty()).isTrue();
        assertThat(caller.getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    }

    @Test
    void stateThatIsTooLongIsLeftOut() {
        SpanContext caller = extract("a=" + "b".repeat(256) + ",c=" + "d".repeat(253));

        assertThat(caller.getTraceState().isEmpty()).isTrue();
        assertThat(caller.isValid()).isTrue();
    }
}
