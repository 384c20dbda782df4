package dev.leantokens.store;

import static dev.leantokens.store.TestFleet.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import dev.leantokens.error.ErrorResponse;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.LogLines.Line;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenStore;
import dev.leantokens.token.TokenStore.Extent;
import dev.leantokens.token.TokenStore.Lead;
import dev.leantokens.token.TokenStore.Shared;
import dev.leantokens.token.TokenStore.Turn;
import dev.leantokens.token.TokenStore.Wish;

/** What can write Redis can cause misses, and nothing worse. */
class TamperedStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final byte[] HUGE = new byte[2 << 20];

    private final TestFleet fleet = new TestFleet();
    private final RedisConnection redis = fleet.redis;
    private final TokenStore store = fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY));
    private LogLines log;

    @BeforeEach
    void record() {
        log = LogLines.of(UnusableEntries.class.getName());
    }

    @AfterEach
    void close() {
        log.close();
        fleet.close();
    }

    private static Wish wish(Scope scope) {
        return new Wish(RedisTokens.key(scope), "fingerprint", false, 60_000, false, true);
    }

    private Turn enter(Scope scope) {
        return store.enter(wish(scope)).await().atMost(PATIENCE);
    }

    private static TokenPlace place(Scope scope) {
        return TokenPlace.of(Links.NAMES, TestFleet.KEY, wish(scope));
    }

    /** @return the fields of the entry that it leaves in Redis */
    private Map<String, byte[]> publish(Scope scope, String text) {
        ((Lead) enter(scope)).publish(RedisTokens.token(text, scope));
        String name = place(scope).token();
        soon().until(() -> redis.send("EXISTS", name).equals(1L) && redis.send("EXISTS", place(scope).lock()).equals(0L));
        Map<String, byte[]> fields = new HashMap<>();
        for (String field : List.of("entry", "fence")) {
            fields.put(field, (byte[]) redis.send("HGET", name, field));
        }
        return fields;
    }

    private void write(String name, Map<String, byte[]> fields) {
        redis.send("DEL", name);
        fields.forEach((field, value) -> redis.send("HSET", name, field, value));
        redis.send("PEXPIRE", name, 3_600_000);
    }

    private void assertMiss(String what, Scope scope) {
        Turn turn = enter(scope);
        assertThat(turn).as(what).isInstanceOf(Lead.class);
        assertThat(((Lead) turn).fallback()).as(what).isEmpty();
        redis.send("DEL", place(scope).lock());
    }

    @Test
    void flippedBitsAreMisses() {
        Map<String, byte[]> fields = publish(Scope.API, "token");
        String name = place(Scope.API).token();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 1000; i++) {
            String field = random.nextInt(20) == 0 ? "fence" : "entry";
            byte[] changed = fields.get(field).clone();
            int bit = i < 40 * Byte.SIZE && field.equals("entry") ? i : random.nextInt(changed.length * Byte.SIZE);
            changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Map<String, byte[]> tampered = new HashMap<>(fields);
            tampered.put(field, changed);
            write(name, tampered);
            assertMiss("bit " + bit + " of " + field + ", seed " + seed, Scope.API);
        }
        write(name, fields);
        assertThat(enter(Scope.API)).as("unchanged").isInstanceOf(Shared.class);
        assertThat(Stream.of("tampered", "unknown_key", "unknown_version")
                .mapToDouble(reason -> fleet.count("store.unusable", "reason", reason)).sum()).isEqualTo(1000);
        assertThat(log.lines()).hasSize(3).extracting(Line::level).containsOnly("WARN");
        assertThat(fleet.count("store.lookups", "outcome", "unavailable")).isZero();
    }

    @Test
    void swappedEntriesAreMisses() {
        List<Scope> scopes = Stream.iterate(0, i -> i + 1).limit(100).map(i -> new Scope("customer." + i)).toList();
        Map<Scope, Map<String, byte[]>> entries = new HashMap<>();
        scopes.forEach(scope -> entries.put(scope, publish(scope, "token of " + scope)));
        List<Scope> others = new ArrayList<>(scopes);
        Collections.rotate(others, 1 + new Random().nextInt(99));

        for (int i = 0; i < scopes.size(); i++) {
            write(place(scopes.get(i)).token(), entries.get(others.get(i)));
        }

        scopes.forEach(scope -> assertMiss(scope.toString(), scope));
        assertThat(log.lines()).hasSize(1);
    }

    @TestFactory
    Stream<DynamicTest> anythingElseInPlaceOfAnEntryIsAMiss() {
        Map<String, Consumer<String>> writers = new HashMap<>();
        writers.put("string", name -> redis.send("SET", name, "x"));
        writers.put("set", name -> redis.send("SADD", name, "x"));
        writers.put("list", name -> redis.send("RPUSH", name, "x"));
        writers.put("sorted set", name -> redis.send("ZADD", name, 1, "x"));
        writers.put("stream", name -> redis.send("XADD", name, "*", "a", "b"));
        writers.put("huge string", name -> redis.send("SET", name, HUGE));
        writers.put("empty string", name -> redis.send("SET", name, ""));
        writers.put("hash of other fields", name -> redis.send("HSET", name, "a", "b"));
        writers.put("huge hash",
                name -> redis.send("HSET", name, "entry", HUGE, "fence", HUGE, "owner", HUGE, "failure", HUGE));
        writers.put("fence only", name -> redis.send("HSET", name, "fence", "1"));
        for (String fence : List.of("", "-1", "nan", "inf", "1e308", "0x10", "9223372036854775807", "99999999999999999999",
                "1.5", "12 ", "\0")) {
            writers.put("fence '" + fence + "'",
                    name -> redis.send("HSET", name, "fence", fence, "entry", "x", "owner", "x", "failure", "x"));
        }
        return Stream.of("token", "lock", "credentialsRefusal", "scopeRefusal").flatMap(kind -> writers.entrySet().stream()
                .map(writer -> DynamicTest.dynamicTest(writer.getKey() + " as " + kind, () -> {
                    redis.send("FLUSHALL");
                    TokenPlace place = place(Scope.API);
                    String name = Map.of("token", place.token(), "lock", place.lock(), "credentialsRefusal",
                            place.credentialsRefusal(), "scopeRefusal", place.scopeRefusal()).get(kind);
                    writer.getValue().accept(name);
                    redis.send("PEXPIRE", name, 1000);

                    Turn turn = enter(Scope.API);

                    assertThat(turn).isInstanceOf(Lead.class);
                    ((Lead) turn).publish(RedisTokens.token("new", Scope.API));
                    soon().until(() -> redis.send("HGET", place.token(), "entry") != null);
                    assertThat(enter(Scope.API)).isInstanceOf(Shared.class);
                    assertThat(fleet.count("store.lookups", "outcome", "unavailable")).isZero();
                })));
    }

    @Test
    void lockWithoutALeaseOrWithALongOneIsTaken() {
        String lock = place(Scope.API).lock();
        for (long expiry : new long[] { 0, TestFleet.LEASE.toMillis() + 1000, Duration.ofDays(365).toMillis() }) {
            redis.send("DEL", lock);
            redis.send("HSET", lock, "owner", "other", "fence", "1");
            if (expiry > 0) {
                redis.send("PEXPIRE", lock, expiry);
            }
            long start = System.nanoTime();

            assertThat(enter(Scope.API)).isInstanceOf(Lead.class);

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        }
    }

    /** A writer that takes the lock again and again, and sends messages all the time. */
    @Test
    void callWaitsForOthersForALimitedTime() {
        String lock = place(Scope.API).lock();
        long start = System.nanoTime();
        CompletableFuture<Turn> turn = store.enter(wish(Scope.API)).subscribeAsCompletionStage();
        redis.send("HSET", lock, "owner", "other", "fence", "1");
        redis.send("PEXPIRE", lock, 1900);
        await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5)).until(() -> {
            redis.send("HSET", lock, "owner", "other", "fence", "1");
            redis.send("PEXPIRE", lock, 1900);
            redis.send("PUBLISH", Links.NAMES.channel(), TurnMessages.of(lock).getBytes());
            return turn.isDone();
        });

        assertThat(turn.join()).isInstanceOf(Lead.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isLessThan(TestFleet.LEASE.multipliedBy(2).plusSeconds(2));
    }

    @Test
    void madeUpFailureIsNotBelieved() {
        TokenPlace place = place(Scope.API);
        redis.send("HSET", place.lock(), "owner", "other", "fence", "1");
        redis.send("PEXPIRE", place.lock(), 1900);
        CompletableFuture<Turn> turn = store.enter(wish(Scope.API)).subscribeAsCompletionStage();
        soon().until(() -> redis.send("HGET", place.lock(), "waiting") != null);

        redis.send("HSET", place.lock(), "failure", "invented", "fence", System.currentTimeMillis() * 1000);
        redis.send("PUBLISH", Links.NAMES.channel(), TurnMessages.of(place.lock()).getBytes());

        soon().until(turn::isDone);
        assertThat(turn.join()).isInstanceOf(Lead.class);
        assertThat(fleet.count("store.unusable", "reason", "tampered")).isOne();
    }

    /** Lean refused the credentials, but not any more: what was remembered then cannot be brought back. */
    @Test
    void refusalThatIsWrittenAgainLaterIsNotBelieved() {
        TokenPlace place = place(Scope.API);
        ((Lead) enter(Scope.API)).fail(TokenException.refusedByLean(new ErrorResponse(401, Map.of("error", "invalid_client"),
                java.util.Optional.empty())), java.util.Optional.of(Extent.CREDENTIALS));
        soon().until(() -> redis.send("GET", place.credentialsRefusal()) != null);
        Object refusal = redis.send("GET", place.credentialsRefusal());
        assertThat(enter(Scope.API)).isInstanceOf(TokenStore.Failed.class);
        await().pollDelay(Duration.ofMillis(5100)).until(() -> true);
        redis.send("SET", place.credentialsRefusal(), refusal);

        assertThat(enter(Scope.API)).isInstanceOf(Lead.class);
        redis.send("DEL", place.lock());
        redis.send("DEL", place.credentialsRefusal());
        redis.send("SET", place.scopeRefusal(), refusal);
        assertThat(enter(Scope.API)).as("moved to another key").isInstanceOf(Lead.class);
    }

    /** An earlier token can be brought back while it is valid, but not to those that request a fresh one. */
    @Test
    void earlierTokenIsNotFresh() {
        Map<String, byte[]> earlier = publish(Scope.API, "earlier");
        redis.send("DEL", place(Scope.API).token());
        publish(Scope.API, "later");
        await().pollDelay(Duration.ofMillis(1100)).until(() -> true);
        write(place(Scope.API).token(), earlier);

        Turn fresh = store.enter(new Wish(RedisTokens.key(Scope.API), "fingerprint", false, 60_000, true, true)).await()
                .atMost(PATIENCE);

        assertThat(fresh).isInstanceOf(Lead.class);
    }
}
