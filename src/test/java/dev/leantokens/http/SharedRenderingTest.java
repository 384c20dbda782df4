package dev.leantokens.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;

class SharedRenderingTest {

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger renderings = new AtomicInteger();
    private final CountDownLatch proceed = new CountDownLatch(1);
    private final SharedRendering rendering = new SharedRendering(vertx, () -> {
        int number = renderings.incrementAndGet();
        try {
            proceed.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (number == 3) {
            throw new IllegalStateException("cannot be rendered");
        }
        return Integer.toString(number);
    });

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static String textOf(Future<Buffer> text) {
        return text.map(Buffer::toString).otherwise(Throwable::getMessage).toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void requestsDuringARenderingShareTheNextOne() {
        Future<Buffer> first = rendering.next();
        await().until(() -> renderings.get() == 1);
        List<Future<Buffer>> later = IntStream.range(0, 1_000).mapToObj(i -> rendering.next()).toList();
        assertThat(first.isComplete()).isFalse();

        proceed.countDown();

        assertThat(textOf(first)).isEqualTo("1");
        assertThat(later).allSatisfy(text -> assertThat(textOf(text)).isEqualTo("2"));
    }

    @Test
    void noRequestGetsARenderingThatStartedBeforeIt() {
        proceed.countDown();

        assertThat(IntStream.range(0, 5).mapToObj(i -> textOf(rendering.next()))).containsExactly("1", "2",
                "cannot be rendered",
                "4", "5");
    }
}
