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
    void silentNameServerBlocksNoEventLoop() throws InterruptedException {
        CountDownLatch answer = new CountDownLatch(1);
        HostLookup lookup = new HostLookup(vertx, () -> await(answer));
        Context eventLoop = vertx.getOrCreateContext();

        CompletableFuture<Boolean> found = resolve(lookup, eventLoop);
        CountDownLatch otherTask = new CountDownLatch(1);
        eventLoop.runOnContext(nothing -> otherTask.countDown());

        assertThat(otherTask.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(found).isNotDone();
        answer.countDown();
        assertThat(found.join()).as("completes on the caller's event loop").isTrue();
    }

    @Test
    void concurrentCallersShareOneLookup() throws InterruptedException {
        CountDownLatch answer = new CountDownLatch(1);
        CountDownLatch started = new CountDownLatch(1);
        AtomicInteger lookups = new AtomicInteger();
        HostLookup lookup = new HostLookup(vertx, () -> {
            lookups.incrementAndGet();
            started.countDown();
            return await(answer);
        });
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>(List.of(resolve(lookup, vertx.getOrCreateContext())));
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
        CountDownLatch asked = new CountDownLatch(10);
        for (int i = 0; i < 10; i++) {
            Context context = vertx.getOrCreateContext();
            waiting.add(resolve(lookup, context));
            context.runOnContext(nothing -> asked.countDown());
        }
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

        answer.countDown();

        assertThat(waiting).allSatisfy(found -> assertThat(found.join()).isTrue());
        assertThat(lookups).hasValue(1);
        resolve(lookup, vertx.getOrCreateContext()).join();
        assertThat(lookups).as("a later caller resolves again").hasValue(2);
    }

    @Test
    void unknownHostIsAFailure() {
        HostLookup lookup = new HostLookup(vertx, () -> {
            throw new UnknownHostException("lean.example");
        });

        assertThatThrownBy(() -> resolve(lookup, vertx.getOrCreateContext()).join()).isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(UnknownHostException.class);
    }

    /** @return whether the answer came on the context, once it is there */
    private static CompletableFuture<Boolean> resolve(HostLookup lookup, Context context) {
        CompletableFuture<Boolean> found = new CompletableFuture<>();
        context.runOnContext(nothing -> lookup.resolve().subscribe().with(
                resolved -> found.complete(Vertx.currentContext() == context), found::completeExceptionally));
        return found;
    }

    private static Void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return null;
    }
}
