package dev.leantokens.trace;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;

/**
 * Collects spans that have ended, and exports them in batches on a thread of its own. Drops spans while too many wait; the SDK
 * would do the same, but only tell its own metrics. Thread-safe, never blocks.
 */
final class SpanQueue implements SpanProcessor {

    private final int maxWaiting;
    private final Runnable dropped;
    private final AtomicInteger waiting = new AtomicInteger();
    private final BatchSpanProcessor batches;

    /** @param dropped called for each span that is dropped */
    SpanQueue(TraceConfig config, SpanExporter exporter, Runnable dropped) {
        this.maxWaiting = config.bspMaxQueueSize();
        this.dropped = dropped;
        this.batches = BatchSpanProcessor.builder(new Taken(exporter))
                .setScheduleDelay(Duration.ofMillis(config.bspScheduleDelay()))
                .setMaxQueueSize(maxWaiting)
                .setMaxExportBatchSize(config.bspMaxExportBatchSize())
                .setExporterTimeout(Duration.ofMillis(config.bspExportTimeout()))
                .build();
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        // Only ended spans are exported.
    }

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (!span.getSpanContext().isSampled()) {
            return;
        }
        if (waiting.incrementAndGet() > maxWaiting) {
            waiting.decrementAndGet();
            dropped.run();
        } else {
            batches.onEnd(span);
        }
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    @Override
    public CompletableResultCode forceFlush() {
        return batches.forceFlush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return batches.shutdown();
    }

    /** The exporter, which takes spans out of the queue. */
    private final class Taken implements SpanExporter {

        private final SpanExporter exporter;

        private Taken(SpanExporter exporter) {
            this.exporter = exporter;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            waiting.addAndGet(-spans.size());
            return exporter.export(spans);
        }

        @Override
        public CompletableResultCode flush() {
            return exporter.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return exporter.shutdown();
        }
    }
}
