package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.leantokens.token.SingleFlight.Flight;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;

class SingleFlightTest {

    private final SingleFlight<String, String> flights = new SingleFlight<>();
    private final AtomicInteger calls = new AtomicInteger();
    private UniEmitter<? super String> running;

    /** Mutiny initializes its context propagation at first use, which is not thread-safe. Quarkus does it at the start. */
    @BeforeAll
    static void initializeMutiny() {
        Uni.createFrom().emitter(emitter -> emitter.complete("ready")).await().indefinitely();
    }

    @Test
    void callersForTheSameKeyShareACall() {
        Flight<String> first = join("a");
        Flight<String> second = join("a");
        CompletableFuture<String> one = first.outcome().subscribeAsCompletionStage();
        CompletableFuture<String> two = second.outcome().subscribeAsCompletionStage();
        assertThat(one).isNotDone();

        running.complete("token");

        assertThat(one).isCompletedWithValue("token");
        assertThat(two).isCompletedWithValue("token");
        assertThat(calls).hasValue(1);
        assertThat(first.joined()).isFalse();
        assertThat(second.joined()).isTrue();
    }

    @Test
    void callersForDifferentKeysDoNot() {
        join("a");
        join("b");

        assertThat(calls).hasValue(2);
    }

    @Test
    void callerAfterTheEndOfACallStartsAnother() {
        join("a");
        running.complete("token");

        assertThat(join("a").joined()).isFalse();
        assertThat(calls).hasValue(2);
    }

    @Test
    void failureReachesAllCallersAndIsNotCached() {
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waiting.add(join("a").outcome().subscribeAsCompletionStage());
        }
        IllegalStateException failure = new IllegalStateException("Lean is unavailable");

        running.fail(failure);

        assertThat(waiting).allSatisfy(one -> assertThatThrownBy(one::join).hasCause(failure));
        assertThat(join("a").joined()).isFalse();
        assertThat(calls).hasValue(2);
    }

    @Test
    void callThatFailsAtOnceIsLikeOneThatFailsLater() {
        Flight<String> flight = flights.join("a", accounts("caller"), CallSpan.NONE, () -> {
            throw new IllegalStateException("at once");
        });

        assertThatThrownBy(() -> flight.outcome().await().indefinitely()).hasMessage("at once");
        assertThat(join("a").joined()).isFalse();
    }

    @Test
    void callersAreCountedUntilTheCallEndsOrTheyGiveUp() {
        Flight<String> first = join("a");
        Flight<String> second = join("a");
        assertThat(flights.waiting()).isZero();
        first.outcome().subscribeAsCompletionStage();
        first.outcome().subscribeAsCompletionStage();
        Cancellable impatient = second.outcome().subscribe().with(token -> {
        });
        assertThat(flights.waiting()).isEqualTo(3);

        impatient.cancel();
        assertThat(flights.waiting()).isEqualTo(2);

        running.complete("token");
        assertThat(flights.waiting()).isZero();
        first.outcome().await().indefinitely();
        assertThat(flights.waiting()).isZero();
    }

    @Test
    void callContinuesForOthersIfACallerGivesUp() {
        Cancellable first = join("a").outcome().subscribe().with(token -> {
        });
        CompletableFuture<String> second = join("a").outcome().subscribeAsCompletionStage();

        first.cancel();
        running.complete("token");

        assertThat(second).isCompletedWithValue("token");
    }

    @Test
    void callContinuesAfterAllCallersHaveGivenUp() {
        join("a").outcome().subscribe().with(token -> {
        }).cancel();

        CompletableFuture<String> late = join("a").outcome().subscribeAsCompletionStage();
        running.complete("token");

        assertThat(late).isCompletedWithValue("token");
        assertThat(calls).hasValue(1);
    }

    @Test
    void joiningCallerIsAmongTheAccountsOfTheCall() {
        CallerAccounts first = accounts("first");
        flights.join("a", first, CallSpan.NONE, this::call);

        for (int i = 0; i < 5_000; i++) {
            flights.join("a", accounts("second"), CallSpan.NONE, this::call);
        }

        assertThat(first.snapshot().all()).extracting(CallerAccount::account).containsExactly("first", "second");
        assertThat(calls).hasValue(1);
    }

    @Test
    void refusedCallIsNotJoined() {
        CallerAccounts first = accounts("first");
        Flight<String> refused = flights.join("a", first, CallSpan.NONE, this::call);
        UniEmitter<? super String> ending = running;
        first.closeIfUnchanged(first.snapshot());

        Flight<String> another = join("a");
        CompletableFuture<String> outcome = another.outcome().subscribeAsCompletionStage();
        ending.fail(new IllegalStateException("refused"));

        assertThat(another.joined()).isFalse();
        assertThat(join("a").joined()).as("joined the second call, which the end of the first did not remove").isTrue();
        running.complete("token");
        assertThat(outcome).isCompletedWithValue("token");
        assertThatThrownBy(() -> refused.outcome().await().indefinitely()).hasMessage("refused");
    }

    @Test
    void concurrentThreadsShareACall() throws Exception {
        int threads = 32;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 1; round <= 200; round++) {
                CountDownLatch together = new CountDownLatch(threads);
                CountDownLatch joined = new CountDownLatch(threads);
                List<CompletableFuture<String>> outcomes = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    outcomes.add(CompletableFuture.supplyAsync(() -> {
                        together.countDown();
                        await(together);
                        Uni<String> outcome = join("a").outcome();
                        joined.countDown();
                        return outcome.await().indefinitely();
                    }, executor));
                }
                await(joined);
                running.complete("token");
                CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new)).join();
                assertThat(calls).hasValue(round);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private Flight<String> join(String key) {
        return flights.join(key, accounts("caller"), CallSpan.NONE, this::call);
    }

    private static CallerAccounts accounts(String account) {
        return new CallerAccounts(CallerAccountsTest.account(account), Purpose.NEED);
    }

    private Uni<String> call() {
        calls.incrementAndGet();
        return Uni.createFrom().emitter(emitter -> running = emitter);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
