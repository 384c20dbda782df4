package dev.leantokens.store;

import static dev.leantokens.store.TestFleet.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.token.AccessToken;
import dev.leantokens.token.AuthorizationServer;
import dev.leantokens.token.CacheControl;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TestReplica;
import dev.leantokens.token.TokenStore.Lead;
import dev.leantokens.token.TokenStore.Wish;
import dev.leantokens.token.UpstreamTokenRequest;
import io.smallrye.mutiny.Uni;

/** Random callers of several replicas: Lean is called once for each token that is needed. */
class SharedCallsTest {

    private static final int REPLICAS = 4;
    private static final int ROUNDS = 40;

    private final TestFleet fleet = new TestFleet();
    private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(4);
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final Map<Scope, AtomicInteger> calls = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        timers.shutdownNow();
        fleet.close();
    }

    /** Answers after a random time, on a thread of its own. */
    private Uni<AccessToken> lean(UpstreamTokenRequest request) {
        int number = calls.computeIfAbsent(request.scope(), scope -> new AtomicInteger()).incrementAndGet();
        CompletableFuture<AccessToken> answer = new CompletableFuture<>();
        timers.schedule(
                () -> answer.complete(AccessToken.of(Map.of("access_token", request.scope() + " " + number, "token_type",
                        "Bearer", "expires_in", 3600), request.scope())),
                delay(), TimeUnit.MILLISECONDS);
        return Uni.createFrom().completionStage(answer);
    }

    private int delay() {
        synchronized (random) {
            return random.nextInt(40);
        }
    }

    private List<TestReplica> replicas() {
        AuthorizationServer lean = this::lean;
        return IntStream.range(0, REPLICAS).mapToObj(i -> new TestReplica(
                fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY)), lean, Clock.systemUTC())).toList();
    }

    /** Each caller comes at a random time, on another thread, and some request a fresh token. */
    private List<CompletableFuture<IssuedToken>> callers(List<TestReplica> replicas, Scope scope, int number) {
        List<CompletableFuture<IssuedToken>> issued = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            TestReplica replica = replicas.get(random.nextInt(replicas.size()));
            CacheControl control = random.nextInt(4) == 0 ? CacheControl.NO_CACHE : CacheControl.ANY;
            CompletableFuture<IssuedToken> result = new CompletableFuture<>();
            timers.schedule(() -> replica.issue(scope, Optional.empty(), control)
                    .whenComplete((token, failure) -> {
                        if (failure == null) {
                            result.complete(token);
                        } else {
                            result.completeExceptionally(failure);
                        }
                    }), delay(), TimeUnit.MILLISECONDS);
            issued.add(result);
        }
        return issued;
    }

    @Test
    void eachTokenIsRequestedOnce() {
        List<TestReplica> replicas = replicas();
        for (int round = 0; round < ROUNDS; round++) {
            List<CompletableFuture<IssuedToken>> issued = new ArrayList<>();
            for (int key = 0; key < 3; key++) {
                issued.addAll(callers(replicas, new Scope("customer." + round + '-' + key), 1 + random.nextInt(12)));
            }
            CompletableFuture.allOf(issued.toArray(CompletableFuture[]::new)).orTimeout(10, TimeUnit.SECONDS).join();
        }

        assertThat(calls).as("seed " + seed).hasSize(3 * ROUNDS).allSatisfy((scope, number) -> assertThat(number).hasValue(1));
        soon().until(() -> fleet.names("l").isEmpty());
        assertThat(fleet.count("store.lookups", "outcome", "unavailable")).isZero();
    }

    @Test
    void replicasThatDieHoldUpTheOthersForALeaseAtMost() {
        RedisTokenStore dying = fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY));
        List<TestReplica> replicas = replicas();
        List<CompletableFuture<IssuedToken>> issued = new ArrayList<>();
        long start = System.nanoTime();
        for (int key = 0; key < 20; key++) {
            Scope scope = new Scope("customer.dying-" + key);
            // Takes the lock, and never ends its turn.
            assertThat(dying.enter(new Wish(RedisTokens.key(scope), "fingerprint", false, 60_000, false, true)).await()
                    .atMost(Duration.ofSeconds(10))).isInstanceOf(Lead.class);
            issued.addAll(callers(replicas, scope, 5));
        }

        CompletableFuture.allOf(issued.toArray(CompletableFuture[]::new)).orTimeout(10, TimeUnit.SECONDS).join();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TestFleet.LEASE.plusSeconds(3));
        assertThat(calls).as("seed " + seed).hasSize(20).allSatisfy((scope, number) -> assertThat(number).hasValue(1));
    }
}
