package dev.leantokens.store;

import static dev.leantokens.store.TestFleet.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenStore.Lead;
import dev.leantokens.token.TokenStore.Shared;
import dev.leantokens.token.TokenStore.Turn;
import dev.leantokens.token.TokenStore.Wish;
import io.vertx.core.buffer.Buffer;

class TurnMessagesTest {

    private static final Wish WISH = new Wish(RedisTokens.key(Scope.API), "fingerprint", false, 60_000, false, true);

    @Test
    void messageReachesThoseThatWaitForItsLock() {
        TurnMessages messages = new TurnMessages();
        AtomicInteger one = new AtomicInteger();
        AtomicInteger two = new AtomicInteger();
        Runnable first = one::incrementAndGet;
        messages.add("lock", first);
        messages.add("lock", two::incrementAndGet);
        messages.message(TurnMessages.of("lock"));
        messages.remove("lock", first);

        messages.message(TurnMessages.of("lock"));
        messages.message(TurnMessages.of("other"));
        for (String other : List.of("", "T", "Tloc", "Tlockk", "lock", "forget")) {
            messages.message(Buffer.buffer(other));
        }

        assertThat(one).hasValue(1);
        assertThat(two).hasValue(2);
    }

    /** Each message goes to all replicas of a fleet. */
    @Test
    void messageIsSentOnlyIfAReplicaWaits() {
        try (TestFleet fleet = new TestFleet()) {
            List<String> received = new ArrayList<>();
            fleet.links.connect(fleet.server).addListener(new StoreLink.Listener() {

                @Override
                public void message(Buffer message) {
                    received.add(message.toString());
                }
            });
            RedisTokenStore store = fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY));
            RedisTokenStore other = fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY));
            ((Lead) enter(store)).publish(RedisTokens.token("first"));
            soon().until(() -> fleet.names("l").isEmpty());
            fleet.redis.send("FLUSHALL");
            Lead lead = (Lead) enter(store);
            CompletableFuture<Turn> waiting = other.enter(WISH).subscribeAsCompletionStage();
            String lock = fleet.names("l").get(0);
            soon().until(() -> fleet.redis.send("HGET", lock, "waiting") != null);

            lead.publish(RedisTokens.token("second"));

            soon().until(waiting::isDone);
            assertThat(waiting.join()).isInstanceOf(Shared.class);
            soon().until(() -> !received.isEmpty());
            assertThat(received).containsExactly("T" + lock);
        }
    }

    private static Turn enter(RedisTokenStore store) {
        return store.enter(WISH).await().atMost(Duration.ofSeconds(10));
    }

    /** By then, a replica that waits looks only once a second by itself. */
    @Test
    void messageWakesThoseThatWait() {
        List<StoreLink.Listener> listeners = new ArrayList<>();
        try (TestFleet fleet = new TestFleet()) {
            AtomicInteger asked = new AtomicInteger();
            long[] times = new long[50];
            ScriptedLink link = new ScriptedLink(arguments -> {
                times[asked.getAndIncrement()] = System.nanoTime();
                return List.of("held", Long.toString(System.currentTimeMillis() * 1000), "1", "60000");
            }, listeners);
            RedisTokenStore store = link.store(Duration.ofMinutes(1), Duration.ZERO, fleet);
            CompletableFuture<Turn> waiting = store.enter(WISH).subscribeAsCompletionStage();
            soon().until(() -> asked.get() == 5);
            long sent = System.nanoTime();

            listeners.forEach(listener -> listener.message(
                    TurnMessages.of(TokenPlace.of(Links.NAMES, TestFleet.KEY, WISH).lock())));

            soon().until(() -> asked.get() == 6);
            assertThat(Duration.ofNanos(times[5] - sent)).isLessThan(Duration.ofMillis(800));
            assertThat(waiting).isNotDone();
        }
    }
}
