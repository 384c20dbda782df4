package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.store.TokenSelector.Kind;
import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;

class ForgottenTokensIT {

    private static final TokenKey API = new TokenKey("Client-1", "", "", Scope.API);
    private static final TokenKey CALLERS = new TokenKey("client-1", "digest", "", new Scope("customer.42"));
    private static final TokenKey OTHER = new TokenKey("client-2", "", "", new Scope("customer.43"));
    private static final StoreKeys KEYS = keys(1);
    private static final String LOG = ForgottenTokens.name(Links.NAMES);

    private static RedisServer server;

    private final Links links = new Links();
    private final TestClock clock = new TestClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private RedisConnection redis;

    @BeforeAll
    static void start() {
        server = RedisServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() {
        redis = server.connect();
        redis.send("FLUSHALL");
    }

    @AfterEach
    void close() {
        redis.close();
        links.close();
    }

    private static StoreKeys keys(int first) {
        byte[] bytes = new byte[StoreKey.BYTES];
        bytes[0] = (byte) first;
        List<StoreKey> keys = List.of(StoreKey.parse(Base64.getEncoder().encodeToString(bytes)));
        return () -> keys;
    }

    /** A replica, with the selectors that it has applied. */
    private final class Replica {

        private final List<Predicate<TokenKey>> applied = new CopyOnWriteArrayList<>();
        private final ForgottenTokens forgotten;

        private Replica() {
            StoreLink link = links.connect(server);
            forgotten = forgotten(link);
            forgotten.onForget(applied::add);
            link.addListener(forgotten);
            await().until(() -> forgotten.generation() == generation() && !forgotten.mayInclude(API, generation()));
        }

        /** @return the number of selectors of this token that are applied */
        private long applied(TokenKey key) {
            return applied.stream().filter(selector -> selector.test(key)).count();
        }
    }

    private ForgottenTokens forgotten(StoreLink link) {
        return new ForgottenTokens(link, KEYS, Links.NAMES, clock, new UnusableEntries(clock, registry), links.vertx());
    }

    private long generation() {
        List<?> latest = (List<?>) redis.send("ZRANGE", LOG, "-1", "-1", "WITHSCORES");
        return latest.isEmpty() ? 0 : number(latest.get(1));
    }

    private long forget(TokenSelector selector) {
        return forget(KEYS, selector);
    }

    /** @return the number of replicas */
    private long forget(StoreKeys keys, TokenSelector selector) {
        List<?> asked = send(keys, selector, 0, Links.NAMES.channel());
        assertThat(asked.get(0)).isEqualTo(-1L);
        return (Long) send(keys, selector, number(asked.get(1)), Links.NAMES.channel()).get(0);
    }

    /** @param channel another one than that of the replicas, if the message is to be lost */
    private List<?> send(StoreKeys keys, TokenSelector selector, long generation, String channel) {
        byte[] sealed = ForgottenTokens.seal(keys.current().get(0), Links.NAMES, generation, selector);
        return (List<?>) redis.send("EVAL", StoreScript.read("forget").text(), 3, LOG, Heartbeat.replicas(Links.NAMES),
                LOG + "-of-unknown-keys", generation, sealed, ForgottenLog.LENGTH, channel,
                ForgottenTokens.message(generation, sealed).getBytes(), Heartbeat.LIFE.toMillis());
    }

    private static long number(Object text) {
        return Long.parseLong(new String((byte[]) text));
    }

    /** @return the time of Redis, in microseconds */
    private long now() {
        List<?> time = (List<?>) redis.send("TIME");
        return number(time.get(0)) * 1_000_000 + number(time.get(1));
    }

    @Test
    void allReplicasForgetWhatIsSelected() {
        Replica one = new Replica();
        Replica another = new Replica();
        long before = one.forgotten.generation();

        assertThat(forget(new TokenSelector(Kind.CLIENT, "CLIENT-1"))).isEqualTo(2);

        for (Replica replica : List.of(one, another)) {
            await().until(() -> replica.applied(API) == 1);
            assertThat(replica.applied(CALLERS)).isOne();
            assertThat(replica.applied(OTHER)).isZero();
            assertThat(replica.forgotten.includes(API, before)).isTrue();
            assertThat(replica.forgotten.includes(OTHER, before)).isFalse();
            assertThat(replica.forgotten.includes(API, replica.forgotten.generation())).isFalse();
        }
    }

    @Test
    void customersAndAllAreSelected() {
        Replica replica = new Replica();

        forget(new TokenSelector(Kind.CUSTOMER, "42"));
        await().until(() -> replica.applied(CALLERS) == 1);
        assertThat(replica.applied(API)).isZero();

        forget(TokenSelector.ALL);
        await().until(() -> replica.applied(API) == 1);
        assertThat(replica.applied(OTHER)).isOne();
    }

    @Test
    void replicaThatStartsLaterKnowsWhatIsForgotten() {
        forget(new TokenSelector(Kind.CLIENT, "client-1"));
        long generation = generation();

        Replica replica = new Replica();

        assertThat(replica.forgotten.includes(API, generation - 1)).isTrue();
        assertThat(replica.forgotten.includes(API, generation)).isFalse();
        assertThat(replica.forgotten.includes(OTHER, generation - 1)).isFalse();
    }

    @Test
    void heartbeatTellsWhatNoMessageTold() {
        Replica replica = new Replica();
        send(KEYS, TokenSelector.ALL, now(), "other");

        await().atMost(Duration.ofSeconds(2)).until(() -> replica.applied(API) == 1);
    }

    @Test
    void messageTellsBeforeTheNextHeartbeat() {
        StoreLink link = links.connect(server);
        ForgottenTokens forgotten = forgotten(link);
        List<Predicate<TokenKey>> applied = new CopyOnWriteArrayList<>();
        forgotten.onForget(applied::add);
        // It gets no heartbeats.
        link.addListener(new StoreLink.Listener() {
            @Override
            public void message(Buffer message) {
                forgotten.message(message);
            }
        });

        forget(TokenSelector.ALL);

        await().until(() -> applied.size() == 1);
    }

    /** While a replica does not know whether a token from Redis is forgotten, it is. Its own tokens are cached. */
    @Test
    void nothingOlderIsTakenFromRedisUntilTheLogIsRead() {
        StoreLink link = links.connect(server);
        ForgottenTokens forgotten = forgotten(link);
        assertThat(forgotten.mayInclude(OTHER, 0)).isTrue();
        assertThat(forgotten.includes(OTHER, 0)).isFalse();

        link.addListener(forgotten);
        await().until(() -> !forgotten.mayInclude(OTHER, 0));

        forgotten.disconnected();
        assertThat(forgotten.mayInclude(OTHER, 0)).isTrue();
        assertThat(forgotten.includes(OTHER, 0)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "lost", "", "\u0001garbage" })
    void whatCannotBeOpenedIsEverything(String member) {
        Replica replica = new Replica();

        redis.send("ZADD", LOG, 5, member);

        await().until(() -> replica.applied(OTHER) == 1);
        assertThat(replica.forgotten.includes(OTHER, 4)).isTrue();
        assertThat(replica.forgotten.includes(OTHER, 5)).isFalse();
    }

    @Test
    void selectorOfAnotherKeyIsEverything() {
        Replica replica = new Replica();

        forget(keys(2), new TokenSelector(Kind.CUSTOMER, "1"));

        await().until(() -> replica.applied(OTHER) == 1);
    }

    @Test
    void tokensFromBeforeTheLogAreForgotten() {
        Replica running = new Replica();
        forget(new TokenSelector(Kind.CUSTOMER, "first"));
        long first = generation();
        await().until(() -> running.forgotten.generation() == first);
        for (int i = 0; i < ForgottenLog.LENGTH + 10; i++) {
            forget(new TokenSelector(Kind.CUSTOMER, "none"));
        }
        assertThat(redis.send("ZCARD", LOG)).isEqualTo((long) ForgottenLog.LENGTH);

        Replica replica = new Replica();

        await().until(() -> running.forgotten.generation() == generation());
        for (Replica each : List.of(running, replica)) {
            assertThat(each.forgotten.includes(OTHER, first)).isTrue();
            assertThat(each.forgotten.includes(OTHER, generation() - 1)).isFalse();
        }
    }

    /** The replica that knows the latest generation restores it, so the other one learns that it has missed something. */
    @Test
    void replicaThatMissedWhatRedisLostForgetsEverything() {
        Replica one = new Replica();
        forget(new TokenSelector(Kind.CUSTOMER, "42"));
        await().until(() -> one.applied(CALLERS) == 1);
        redis.send("FLUSHALL");
        long known = one.forgotten.generation();
        await().until(() -> generation() == known);

        Replica another = new Replica();

        assertThat(another.applied(OTHER)).isOne();
        assertThat(one.applied(OTHER)).isZero();
        forget(new TokenSelector(Kind.CUSTOMER, "43"));
        await().until(() -> one.applied(OTHER) == 1);
    }

    @Test
    void inventedGenerationHidesNothing() {
        Replica replica = new Replica();
        redis.send("ZADD", LOG, "9000000000000000", "invented");
        // The replica removes it.
        await().until(() -> generation() == 0);

        forget(new TokenSelector(Kind.CUSTOMER, "43"));

        await().until(() -> replica.applied(OTHER) == 1);
        List<Long> generations = new ArrayList<>();
        await().until(() -> {
            generations.add(replica.forgotten.generation());
            return replica.forgotten.generation() == generation();
        });
        assertThat(replica.forgotten.includes(API, 0)).isFalse();
    }

    /** A program that writes Redis sees the command, and can remove its entry at once. */
    @Test
    void entryThatIsRemovedAtOnceReachesConnectedReplicasAndThoseThatWereCutOff() {
        Replica connected = new Replica();
        long before = connected.forgotten.generation();
        long generation = now();
        byte[] sealed = ForgottenTokens.seal(KEYS.current().get(0), Links.NAMES, generation, TokenSelector.ALL);
        redis.send("PUBLISH", Links.NAMES.channel(), ForgottenTokens.message(generation, sealed).getBytes());

        await().until(() -> connected.applied(API) == 1);
        assertThat(connected.forgotten.includes(API, before)).isTrue();
        assertThat(connected.forgotten.includes(API, connected.forgotten.generation())).isFalse();
        await("restored").until(() -> generation() == generation);
        assertThat(new Replica().forgotten.includes(API, before)).isTrue();
    }

    @Test
    void replayedMessagesAreIgnored() {
        Replica replica = new Replica();
        long generation = now();
        byte[] sealed = ForgottenTokens.seal(KEYS.current().get(0), Links.NAMES, generation,
                new TokenSelector(Kind.CLIENT, "client-1"));
        for (long other : new long[] { generation, generation, generation + 1, generation - 1, 0, Long.MAX_VALUE }) {
            redis.send("PUBLISH", Links.NAMES.channel(), ForgottenTokens.message(other, sealed).getBytes());
        }
        forget(new TokenSelector(Kind.CLIENT, "client-2"));

        await().until(() -> replica.applied(OTHER) == 1);
        assertThat(replica.applied(API)).isOne();
    }

    /** Otherwise, a writer could have all requests call Lean. */
    @Test
    void whatCannotBeOpenedIsEverythingOnceInTenMinutes() {
        try (LogLines log = LogLines.of(UnusableEntries.class.getName())) {
            Replica replica = new Replica();
            byte[] replayed = ForgottenTokens.seal(KEYS.current().get(0), Links.NAMES, now(), TokenSelector.ALL);
            for (int i = 0; i < 4; i++) {
                redis.send("ZADD", LOG, now() + 1_000_000_000L, "garbage" + i);
                redis.send("ZADD", LOG, now(), replayed);
                double before = counted();
                await().until(() -> counted() > before);
            }
            assertThat(replica.applied(API)).isOne();
            assertThat(log.lines()).hasSize(1);
            assertThat(replica.forgotten.includes(API, replica.forgotten.generation())).isFalse();
            assertThat(replica.forgotten.generation()).as("hides nothing").isLessThanOrEqualTo(now());

            clock.advance(ForgottenTokens.PAUSE);

            await().until(() -> replica.applied(API) == 2);
            forget(new TokenSelector(Kind.CUSTOMER, "43"));
            await().until(() -> replica.applied(OTHER) == 3);
        }
    }

    private double counted() {
        return registry.get("store.unusable").tag("reason", "forgotten").counter().count();
    }

    static Stream<Named<Consumer<RedisConnection>>> contents() {
        Map<String, Consumer<RedisConnection>> writers = new LinkedHashMap<>();
        writers.put("string", redis -> redis.send("SET", LOG, "x"));
        writers.put("list", redis -> {
            redis.send("DEL", LOG);
            redis.send("RPUSH", LOG, "x");
        });
        for (String score : List.of("0.00001", "5.5", "1764230000000000.5", "-1", "-inf", "inf", "1e300")) {
            writers.put("score " + score, redis -> redis.send("ZADD", LOG, score, "x"));
        }
        writers.put("huge members", redis -> {
            for (int i = 0; i < 10; i++) {
                redis.send("ZADD", LOG, 1000 + i, i + "x".repeat(1 << 20));
            }
        });
        writers.put("many members", redis -> redis.send("EVAL",
                "for i = 1, 20100 do redis.call('ZADD', KEYS[1], 1000 + i, i) end", 1, LOG));
        return writers.entrySet().stream().map(writer -> Named.of(writer.getKey(), writer.getValue()));
    }

    @ParameterizedTest
    @MethodSource("contents")
    void anythingInPlaceOfTheLogIsRemoved(Consumer<RedisConnection> writer) {
        Replica replica = new Replica();
        try (LogLines log = LogLines.of("")) {
            for (int i = 0; i < 2; i++) {
                writer.accept(redis);
                long before = replica.applied(CALLERS);
                forget(new TokenSelector(Kind.CUSTOMER, "42"));

                await().until(() -> replica.applied(CALLERS) > before);
                await().until(() -> replica.forgotten.generation() == generation()
                        && !replica.forgotten.mayInclude(OTHER, generation()));
                assertThat(new Replica().forgotten.includes(CALLERS, generation() - 1)).isTrue();
            }
            assertThat(replica.applied(OTHER)).isLessThan(2);
            assertThat((Long) redis.send("ZCARD", LOG)).isLessThanOrEqualTo(ForgottenLog.LENGTH);
            assertThat(log.lines()).noneMatch(line -> line.level().equals("ERROR"));
            assertThat(links.all()).allMatch(RedisLink::isUp);
        }
    }

    @Test
    void memoryIsSearchedOnceForAllThatIsNewAndNotOnTheEventLoop() {
        Replica replica = new Replica();
        List<Boolean> onEventLoop = new CopyOnWriteArrayList<>();
        replica.forgotten.onForget(selected -> {
            onEventLoop.add(Context.isOnEventLoopThread());
            replica.applied.add(selected);
        });
        redis.send("MULTI");
        for (int i = 0; i < 10; i++) {
            redis.send("ZADD", LOG, 1000 + i, ForgottenTokens.seal(KEYS.current().get(0), Links.NAMES, 1000 + i,
                    new TokenSelector(Kind.CUSTOMER, Integer.toString(40 + i))));
        }
        redis.send("EXEC");

        await().until(() -> replica.applied(OTHER) == 1);
        assertThat(replica.applied).singleElement().satisfies(selected -> assertThat(selected.test(CALLERS)).isTrue());
        assertThat(onEventLoop).containsExactly(false);
    }

    @Test
    void clockOfRedisThatIsSetBackForgetsEverythingOnceAndHidesNothing() {
        StoreLink link = links.connect(server);
        ForgottenTokens forgotten = forgotten(link);
        List<Predicate<TokenKey>> applied = new CopyOnWriteArrayList<>();
        forgotten.onForget(applied::add);
        Instant now = Instant.ofEpochMilli(now() / 1000);
        long ahead = now() + Duration.ofHours(2).toNanos() / 1000;
        forgotten.message(ForgottenTokens.message(ahead, ForgottenTokens.seal(KEYS.current().get(0), Links.NAMES, ahead,
                new TokenSelector(Kind.CUSTOMER, "43"))));
        await().until(() -> applied.size() == 1);

        for (int i = 0; i < 3; i++) {
            forgotten.pulse(new StorePulse(1, 0, now, now, 0));
        }

        await().until(() -> applied.size() == 2);
        assertThat(applied.get(1).test(API)).isTrue();
        assertThat(forgotten.includes(API, forgotten.generation())).isFalse();
        assertThat(forgotten.mayInclude(API, ahead)).as("a token from before").isTrue();
        long later = now() + 1;
        forgotten.message(ForgottenTokens.message(later,
                ForgottenTokens.seal(KEYS.current().get(0), Links.NAMES, later, TokenSelector.ALL)));
        await().until(() -> applied.size() == 3);
    }
}
