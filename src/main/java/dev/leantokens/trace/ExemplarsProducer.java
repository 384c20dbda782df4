package dev.leantokens.trace;

import java.util.Optional;

import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.prometheus.client.exemplars.DefaultExemplarSampler;
import io.prometheus.client.exemplars.ExemplarSampler;
import io.prometheus.client.exemplars.tracer.common.SpanContextSupplier;

/**
 * Adds exemplars to the metrics while traces are on: the ids of a span that is exported and during which a value was measured.
 * Replaces Quarkus' producer, which also looks for spans while traces are off, for each value.
 */
@Singleton
class ExemplarsProducer {

    @Produces
    @Alternative
    @Priority(1)
    static Optional<ExemplarSampler> exemplars(TraceConfig config) {
        // Not the traces themselves: they measure too, so they need the registry.
        return config.endpoint().map(on -> new DefaultExemplarSampler(new CurrentSpan()));
    }

    private static final class CurrentSpan implements SpanContextSupplier {

        @Override
        public String getTraceId() {
            return current().getTraceId();
        }

        @Override
        public String getSpanId() {
            return current().getSpanId();
        }

        @Override
        public boolean isSampled() {
            return current().isSampled();
        }

        private static SpanContext current() {
            return Span.current().getSpanContext();
        }
    }
}
