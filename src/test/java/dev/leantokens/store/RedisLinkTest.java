package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;

class RedisLinkTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final StoreScript ECHO = StoreScript.of("test", "return {KEYS[1], ARGV[1]}");

    private final RedisServer server = RedisServer.start();
    private final Links links = new Links();

    @AfterEach
    void close() {
        links.close();
        server.close();
    }

    private static Response run(StoreLink link, StoreScript script, String key, Buffer argument) {
        return link.run(script, List.of(key), List.of(argument), PATIENCE).await().atMost(PATIENCE);
    }

    @Test
    void runsScriptThatRedisDoesNotKnowYet() {
        RedisLink link = links.connect(server);
        byte[] binary = { 0, -1, '\r', '\n', '$' };

        for (int i = 0; i < 2; i++) {
            Response reply = run(link, ECHO, "key", Buffer.buffer(binary));

            assertThat(reply.get(0).toString()).isEqualTo("key");
            assertThat(reply.get(1).toBytes()).isEqualTo(binary);
        }
    }

    @Test
    void replicaWithAnotherKeyIsNoticed() {
        StoreKey other = StoreKey.parse("B".repeat(43));
        BlockingQueue<Integer> old = unknownKeys(List.of(Links.KEY));
        BlockingQueue<Integer> both = unknownKeys(List.of(Links.KEY, other));
        awaitMore(old, 2);
        assertThat(old).as("the other key is not sealed with").containsOnly(0);

        unknownKeys(List.of(other, Links.KEY));

        Awaitility.await().atMost(PATIENCE).until(() -> old.contains(1));
        awaitMore(both, 2);
        assertThat(both).containsOnly(0);
    }

    private static void awaitMore(BlockingQueue<Integer> queue, int number) {
        int before = queue.size();
        Awaitility.await().atMost(PATIENCE).until(() -> queue.size() >= before + number);
    }

    /** @return what a new replica learns with each of its heartbeats */
    private BlockingQueue<Integer> unknownKeys(List<StoreKey> keys) {
        BlockingQueue<Integer> unknown = new LinkedBlockingQueue<>();
        links.start(new RedisClients(StoreConfig.Type.STANDALONE, StoreUrl.parse(server.url()), Optional.empty(),
                Optional.empty(), Optional::empty), () -> keys, PATIENCE, Clock.systemUTC())
                .addListener(new StoreLink.Listener() {

                    @Override
                    public void pulse(StorePulse pulse) {
                        unknown.add(pulse.unknownKeys());
                    }
                });
        return unknown;
    }

    @Test
    void roundTripsAreTimed() {
        run(links.connect(server), ECHO, "key", Buffer.buffer("1"));

        assertThat(links.registry().get("store.requests").timer().count()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void runsScriptOfWhichRedisWasEmptied() {
        RedisLink link = links.connect(server);
        run(link, ECHO, "key", Buffer.buffer("1"));
        try (RedisConnection connection = server.connect()) {
            connection.send("SCRIPT", "FLUSH");
        }

        assertThat(run(link, ECHO, "key", Buffer.buffer("2")).get(1).toString()).isEqualTo("2");
    }

    @Test
    void repliesOnTheContextOfTheCaller() throws Exception {
        RedisLink link = links.connect(server);
        Context caller = links.vertx().getOrCreateContext();
        CompletableFuture<Context> replied = new CompletableFuture<>();

        caller.runOnContext(ignored -> link.run(ECHO, List.of("key"), List.of(Buffer.buffer("1")), PATIENCE)
                .subscribe().with(reply -> replied.complete(Vertx.currentContext()), replied::completeExceptionally));

        assertThat(replied.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isSameAs(caller);
    }

    @Test
    void waitsNoLongerThanTheCallersPatience() {
        RedisLink link = links.connect(server);
        StoreScript endless = StoreScript.of("test", "local i = 0 while true do i = i + 1 end");
        long start = System.nanoTime();

        assertThatThrownBy(() -> link.run(endless, List.of("key"), List.of(), Duration.ofMillis(50)).await().atMost(PATIENCE))
                .isInstanceOf(StoreUnavailableException.class).hasMessageContaining("in time");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(45), Duration.ofMillis(450));
    }

    @Test
    void whatNoRequestWaitsForMayTakeLonger() {
        RedisLink link = links.start(server.url(), Duration.ofMillis(50), Clock.systemUTC());
        StoreScript slow = StoreScript.of("test", """
                local start = redis.call('TIME')
                repeat
                  local now = redis.call('TIME')
                until (now[1] - start[1]) * 1000000 + now[2] - start[2] > 150000
                return 'done'
                """);

        assertThat(link.runInBackground(slow, List.of("key"), List.of()).await().atMost(PATIENCE).toString())
                .isEqualTo("done");
        assertThatThrownBy(() -> run(link, slow, "key", Buffer.buffer())).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    void messageReachesAllReplicas() throws InterruptedException {
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        StoreLink.Listener listener = new StoreLink.Listener() {

            @Override
            public void message(Buffer message) {
                messages.add(message.toString(StandardCharsets.UTF_8));
            }
        };
        RedisLink one = links.connect(server);
        one.addListener(listener);
        links.connect(server).addListener(listener);

        one.send(Buffer.buffer("hello"));

        assertThat(messages.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("hello");
        assertThat(messages.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("hello");
    }

    @Test
    void replicasAreCountedUntilTheyLeave() {
        RedisLink stays = links.connect(server);
        RedisLink leaves = links.connect(server);
        assertThat(leaves.replicas()).isEqualTo(2);
        Awaitility.await().atMost(PATIENCE).until(() -> stays.replicas() == 2);

        leaves.close();

        Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> stays.replicas() == 1);
    }

    @Test
    void scriptFailsAtOnceWhileRedisIsDownAndRunsAfterwards() {
        RedisLink link = links.connect(server);
        server.kill();
        Awaitility.await().atMost(PATIENCE).until(() -> !link.isUp());

        long start = System.nanoTime();
        assertThatThrownBy(() -> run(link, ECHO, "key", Buffer.buffer("1"))).isInstanceOf(StoreUnavailableException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SHORT);

        server.startAgain();
        Awaitility.await().atMost(PATIENCE).until(link::isUp);
        assertThat(run(link, ECHO, "key", Buffer.buffer("2")).get(1).toString()).isEqualTo("2");
    }
}
