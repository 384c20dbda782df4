package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.store.TokenSelector.Kind;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenKey;
import io.vertx.core.buffer.Buffer;

class ForgottenTokensTest {

    private static final TokenKey API = new TokenKey("Client-1", "", "", Scope.API);
    private static final TokenKey CALLERS = new TokenKey("client-1", "digest", "", new Scope("customer.42"));
    private static final TokenKey OTHER = new TokenKey("client-2", "", "", new Scope("customer.43"));
    private static final StoreKeys KEYS = keys(1);
    private static final String LOG = ForgottenTokens.name(Links.NAMES);

    private static RedisServer server;

    private final Links links = new Links();
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
            forgotten = new ForgottenTokens(link, KEYS, Links.NAMES, Duration.ofMillis(500));
            forgotten.onForget(applied::add);
            link.addListener(forgotten);
            await().until(() -> forgotten.generation() == generation() && !forgotten.mayInclude(API, generation()));
        }

        /** @return the number of selectors of this token that are applied */
        private long applied(TokenKey key) {
            return applied.stream().filter(selector -> selector.test(key)).count();
        }
    }

    private long generation() {
        List<?> latest = (List<?>) redis.send("ZRANGE", LOG, "-1", "-1", "WITHSCORES");
        return latest.isEmpty() ? 0 : Long.parseLong(new String((byte[]) latest.get(1)));
    }

    private long forget(TokenSelector selector) {
        return forget(KEYS, selector);
    }

    /** @return the number of replicas */
    private long forget(StoreKeys keys, TokenSelector selector) {
        return (Long) redis.send("EVAL", StoreScript.read("forget").text(), 2, LOG,
                Heartbeat.replicas(Links.NAMES), ForgottenTokens.seal(keys, Links.NAMES, selector), ForgottenTokens.LENGTH,
                Links.NAMES.channel(), ForgottenTokens.MESSAGE, Heartbeat.LIFE.toMillis());
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
        // The subscription of another channel gets the message.
        redis.send("EVAL", StoreScript.read("forget").text(), 2, LOG, "replicas",
                ForgottenTokens.seal(KEYS, Links.NAMES, TokenSelector.ALL), ForgottenTokens.LENGTH, "other", "forget", 1);

        await().atMost(Duration.ofSeconds(2)).until(() -> replica.applied(API) == 1);
    }

    @Test
    void messageTellsBeforeTheNextHeartbeat() {
        StoreLink link = links.connect(server);
        ForgottenTokens forgotten = new ForgottenTokens(link, KEYS, Links.NAMES, Duration.ofMillis(500));
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
        ForgottenTokens forgotten = new ForgottenTokens(link, KEYS, Links.NAMES, Duration.ofMillis(500));
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
        redis.send("PUBLISH", Links.NAMES.channel(), ForgottenTokens.MESSAGE);

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
        for (int i = 0; i < ForgottenTokens.LENGTH + 10; i++) {
            forget(new TokenSelector(Kind.CUSTOMER, "none"));
        }
        assertThat(redis.send("ZCARD", LOG)).isEqualTo((long) ForgottenTokens.LENGTH);

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
}
