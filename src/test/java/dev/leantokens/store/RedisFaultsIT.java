package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;
import io.vertx.core.buffer.Buffer;

class RedisFaultsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofMillis(50);
    private static final StoreScript WRITE = StoreScript.of("test", "return redis.call('SET', KEYS[1], ARGV[1])");

    private final Links links = new Links();
    private final LogLines log = LogLines.of(StoreOutage.class.getName());

    @AfterEach
    void close() {
        links.close();
        log.close();
    }

    private RedisLink start(String url) {
        return links.start(url, TIMEOUT, Clock.systemUTC());
    }

    private static void write(StoreLink link, String value) {
        link.run(WRITE, List.of("key"), List.of(Buffer.buffer(value)), PATIENCE).await().atMost(PATIENCE);
    }

    private void awaitDown(RedisLink link, StoreFault fault) {
        Awaitility.await().atMost(PATIENCE).until(() -> !link.isUp());
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(link.outage().fault()).contains(fault));
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(log.lines()).singleElement()
                .satisfies(line -> assertThat(line.message()).contains(fault.explanation())));
    }

    private void awaitUp(RedisLink link) {
        Awaitility.await().atMost(PATIENCE).until(link::isUp);
        write(link, "afterwards");
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(log.lines()).last()
                .satisfies(line -> assertThat(line.message()).startsWith("Redis is back")));
        assertThat(log.lines()).hasSize(2);
    }

    @Test
    void frozenServerIsDownAndUpAgain() {
        try (RedisServer server = RedisServer.start()) {
            RedisLink link = start(server.url());
            server.freeze();

            awaitDown(link, StoreFault.TIMEOUT);
            assertThat(links.registry().get("store.faults").tag("reason", "timeout").counter().count()).isPositive();
            // Several attempts fail meanwhile, each with a connection of its own.
            int attempts = link.failures();
            Awaitility.await().atMost(PATIENCE).until(() -> link.failures() > attempts + 1);
            server.thaw();
            awaitUp(link);

            try (RedisConnection connection = server.connect()) {
                // Those of the link, and this one.
                Awaitility.await().atMost(PATIENCE)
                        .until(() -> new String((byte[]) connection.send("CLIENT", "LIST")).lines().count() == 3);
            }
        }
    }

    @Test
    void frozenServerDelaysFewScripts() {
        try (RedisServer server = RedisServer.start()) {
            RedisLink link = start(server.url());
            server.freeze();

            AtomicInteger slow = new AtomicInteger();
            for (int i = 0; i < 200; i++) {
                long start = System.nanoTime();
                assertThatThrownBy(() -> write(link, "1")).isInstanceOf(StoreUnavailableException.class);
                if (System.nanoTime() - start > TIMEOUT.toNanos() / 2) {
                    slow.incrementAndGet();
                }
            }

            assertThat(slow.get()).isLessThanOrEqualTo(FailureStreak.LENGTH);
        }
    }

    @Test
    void readOnlyServerIsDownAndUpAgain() {
        try (RedisServer primary = RedisServer.start(); RedisServer server = RedisServer.start()) {
            RedisLink link = start(server.url());
            try (RedisConnection connection = server.connect()) {
                connection.send("REPLICAOF", "127.0.0.1", Integer.toString(primary.port()));
                awaitDown(link, StoreFault.READ_ONLY);
                connection.send("REPLICAOF", "NO", "ONE");
                awaitUp(link);
            }
        }
    }

    @Test
    void fullServerIsDownAndUpAgain() {
        try (RedisServer server = RedisServer.start()) {
            RedisLink link = start(server.url());
            try (RedisConnection connection = server.connect()) {
                connection.send("CONFIG", "SET", "maxmemory", "1");
                awaitDown(link, StoreFault.OUT_OF_MEMORY);
                connection.send("CONFIG", "SET", "maxmemory", "0");
                awaitUp(link);
            }
        }
    }

    @Test
    void changedPasswordIsNotedWithTheNextConnection() {
        try (RedisServer server = RedisServer.start("--requirepass", "s3cr3t")) {
            assertThat(start("redis://:wrong@127.0.0.1:" + server.port()).outage().fault()).contains(StoreFault.CREDENTIALS);
            assertThat(start(server.url()).outage().fault()).contains(StoreFault.CREDENTIALS);
            assertThat(start("redis://:s3cr3t@127.0.0.1:" + server.port()).isUp()).isTrue();
            assertThat(log.lines()).allSatisfy(line -> assertThat(line.toString()).doesNotContain("s3cr3t", "wrong@"));
        }
    }

    @Test
    void scriptThatFailsAloneTakesNothingDown() {
        try (RedisServer server = RedisServer.start()) {
            RedisLink link = start(server.url());
            StoreScript wrongType = StoreScript.of("test", "return redis.call('LPUSH', KEYS[1], '1')");
            write(link, "text");

            for (int i = 0; i < 2 * FailureStreak.LENGTH; i++) {
                assertThatThrownBy(() -> link.run(wrongType, List.of("key"), List.of(), PATIENCE).await().atMost(PATIENCE))
                        .isInstanceOf(StoreUnavailableException.class).hasMessageContaining("answers with errors");
                write(link, "text");
            }

            assertThat(link.isUp()).isTrue();
            assertThat(log.lines()).isEmpty();
        }
    }

    /** Anyone who can write Redis can do this. */
    @Test
    void whateverIsWrittenIntoTheKeysOfHeartbeatsDoesNoHarm() {
        try (RedisServer server = RedisServer.start(); RedisConnection connection = server.connect()) {
            List<String> keys = new Heartbeat(Links.NAMES, () -> List.of(Links.KEY)).keys();
            for (String key : keys) {
                connection.send("RPUSH", key, "text");
            }
            RedisLink link = start(server.url());
            assertThat(link.isUp()).isTrue();

            for (String key : keys) {
                connection.send("DEL", key);
                connection.send("SET", key, "text");
            }
            Awaitility.await().atMost(PATIENCE).until(() -> connection.send("TYPE", keys.get(0)).equals("zset"));
            assertThat(link.isUp()).isTrue();
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void inventedReplicasOfTheFutureDoNotCount() {
        try (RedisServer server = RedisServer.start(); RedisConnection connection = server.connect()) {
            RedisLink link = start(server.url());
            String key = Heartbeat.replicas(Links.NAMES);
            connection.send("ZADD", key, "9e15", "one", "+inf", "another");

            Awaitility.await().atMost(PATIENCE).until(() -> (Long) connection.send("ZCARD", key) == 1);
            Awaitility.await().atMost(PATIENCE).until(() -> link.replicas() == 1);
        }
    }

    /** Vert.x takes the message for the reply to the PING. */
    @Test
    void messageInFrontOfAPongIsASignOfLife() {
        try (NonsenseServer server = new NonsenseServer()) {
            RedisLink link = links.start(server.url(), PATIENCE, Clock.systemUTC());
            AtomicInteger pulses = new AtomicInteger();
            link.addListener(new StoreLink.Listener() {

                @Override
                public void pulse(StorePulse pulse) {
                    pulses.incrementAndGet();
                }
            });

            Awaitility.await().atMost(PATIENCE).until(() -> pulses.get() >= 4);

            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void manyMessagesDoNotTakeTheLinkDown() {
        try (RedisServer server = RedisServer.start(); RedisConnection connection = server.connect()) {
            RedisLink link = links.start(server.url(), PATIENCE, Clock.systemUTC());
            AtomicInteger pulses = new AtomicInteger();
            AtomicInteger messages = new AtomicInteger();
            link.addListener(new StoreLink.Listener() {

                @Override
                public void pulse(StorePulse pulse) {
                    pulses.incrementAndGet();
                }

                @Override
                public void message(Buffer message) {
                    messages.incrementAndGet();
                }
            });

            while (pulses.get() < 8 && link.isUp()) {
                connection.send("EVAL", "for i = 1, 100 do redis.call('PUBLISH', KEYS[1], 'message') end", "1",
                        Links.NAMES.channel());
            }

            assertThat(link.isUp()).isTrue();
            assertThat(messages.get()).isPositive();
            assertThat(log.lines()).isEmpty();
        }
    }

    /** Anyone who can write Redis can send it. */
    @Test
    void hugeMessageIsNotCollected() {
        try (RedisServer server = RedisServer.start(); RedisConnection connection = server.connect()) {
            RedisLink link = start(server.url());

            connection.send("PUBLISH", Links.NAMES.channel(), new byte[ReplyLimits.MAX_BYTES + 1]);

            Awaitility.await().atMost(PATIENCE).until(() -> !log.lines().isEmpty());
            assertThat(log.lines().get(0).message()).contains(StoreFault.NONSENSE.explanation());
            Awaitility.await().atMost(PATIENCE).until(link::isUp);
        }
    }

    static Stream<String> nonsense() {
        return Stream.of("HTTP/1.1 400 Bad Request\r\n\r\n", "*1000000000\r\n", "$500000000\r\n", "$-7\r\n", "*-7\r\n",
                ":abc\r\n", "*abc\r\n", "%1\r\n:1\r\n:2\r\n", "*3\r\n:1\r\n+x\r\n:1\r\n", "+OK\r\n", "$-1\r\n", "_\r\n",
                ":1\r\n",
                "*1\r\n".repeat(100), "+" + "x".repeat(100_000), "\r\n", ">1\r\n+x\r\n>0\r\n");
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void serverThatAnswersNonsenseIsDownWithoutALeakAndUpAgain(String nonsense) {
        try (NonsenseServer server = new NonsenseServer()) {
            RedisLink link = start(server.url());
            assertThat(link.isUp()).isTrue();

            server.answer(nonsense);
            Awaitility.await().atMost(PATIENCE).until(() -> !link.isUp());
            int before = server.accepted();
            Awaitility.await().atMost(PATIENCE).until(() -> server.accepted() > before);
            assertThat(log.lines()).hasSize(1);

            server.answer(null);
            Awaitility.await().atMost(PATIENCE).until(link::isUp);
            Awaitility.await().atMost(PATIENCE).until(() -> server.open() == 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "redis://127.0.0.1:1", "redis://no-such-host.invalid:6379" })
    void linkStartsWithoutRedis(String url) {
        RedisLink link = start(url);

        assertThat(link.isUp()).isFalse();
        assertThat(link.replicas()).isEqualTo(1);
        assertThat(log.lines()).hasSize(1);
    }
}
