package dev.leantokens.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Settings;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;

class SpanQueueTest {

    private final AtomicInteger exported = new AtomicInteger();
    private final AtomicInteger dropped = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);

    /** Waits in its first call until it is released. */
    private final class SlowExporter implements SpanExporter {

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exported.addAndGet(spans.size());
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

    @Test
    void spansThatDoNotFitAreDroppedAndCountedAndTheOthersAreExported() {
        TraceConfig config = Settings.of(TraceConfig.class, "otel.exporter.otlp.protocol", "GRPC", "otel.bsp.schedule.delay",
                "10", "otel.bsp.max.queue.size", "8", "otel.bsp.max.export.batch.size", "4");
        try (SdkTracerProvider provider = SdkTracerProvider.builder()
                .addSpanProcessor(new SpanQueue(config, new SlowExporter(), dropped::incrementAndGet)).build()) {
            Tracer tracer = provider.get("test");
            for (int i = 0; i < 100; i++) {
                tracer.spanBuilder("span").startSpan().end();
            }
            // At most the batch that is being exported, and those that wait.
            assertThat(dropped.get()).isBetween(100 - 4 - 8, 100 - 8);

            released.countDown();
            await().untilAsserted(() -> assertThat(exported.get() + dropped.get()).isEqualTo(100));
            tracer.spanBuilder("span").startSpan().end();
            await().untilAsserted(() -> assertThat(exported.get() + dropped.get()).isEqualTo(101));
        }
    }
}
