package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.vertx.core.Context;
import io.vertx.core.Vertx;

class HostLookupTest {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void nameServerThatDoesNotAnswerHoldsUpNoEventLoop() throws InterruptedException {
        CountDownLatch answer = new CountDownLatch(1);
        HostLookup lookup = new HostLookup(vertx, () -> await(answer));
        Context eventLoop = vertx.getOrCreateContext();

        CompletableFuture<Boolean> found = look(lookup, eventLoop);
        CountDownLatch othersTurn = new CountDownLatch(1);
        eventLoop.runOnContext(nothing -> othersTurn.countDown());

        assertThat(othersTurn.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(found).isNotDone();
        answer.countDown();
        assertThat(found.join()).as("is told on its event loop").isTrue();
    }

    @Test
    void thoseWhoWaitShareOneLookup() throws InterruptedException {
        CountDownLatch answer = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger lookups = new AtomicInteger();
        HostLookup lookup = new HostLookup(vertx, () -> {
            lookups.incrementAndGet();
            begun.countDown();
            await(answer);
        });
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>(List.of(look(lookup, vertx.getOrCreateContext())));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        CountDownLatch asked = new CountDownLatch(10);
        for (int i = 0; i < 10; i++) {
            Context context = vertx.getOrCreateContext();
            waiting.add(look(lookup, context));
            context.runOnContext(nothing -> asked.countDown());
        }
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

        answer.countDown();

        assertThat(waiting).allSatisfy(found -> assertThat(found.join()).isTrue());
        assertThat(lookups).hasValue(1);
        look(lookup, vertx.getOrCreateContext()).join();
        assertThat(lookups).as("the next one looks again").hasValue(2);
    }

    @Test
    void hostThatIsNotThereIsAFailure() {
        HostLookup lookup = new HostLookup(vertx, () -> {
            throw new UnknownHostException("lean.example");
        });

        assertThatThrownBy(() -> look(lookup, vertx.getOrCreateContext()).join()).isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(UnknownHostException.class);
    }

    /** @return whether the answer came on the context, once it is there */
    private static CompletableFuture<Boolean> look(HostLookup lookup, Context context) {
        CompletableFuture<Boolean> found = new CompletableFuture<>();
        context.runOnContext(nothing -> lookup.look().subscribe().with(
                there -> found.complete(Vertx.currentContext() == context), found::completeExceptionally));
        return found;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
