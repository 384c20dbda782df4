package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.lean.ReplicaBudget;
import dev.leantokens.lean.ReplicaBudget.Call;
import dev.leantokens.lean.SharedBudget;
import dev.leantokens.lean.SharedBudget.Taken;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import io.opentelemetry.context.Context;

/** Several replicas with one Redis, and a minute of three seconds. */
class RedisBudgetIT {

    private static final int LIMIT = 60;
    /** Longer than in production, since tests run on busy machines. */
    private static final Duration LONG = Duration.ofSeconds(1);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final StoreKeys KEY = key("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");

    private static final SharedBudget.Own NOTHING = new SharedBudget.Own(0, false, Duration.ZERO);

    private Duration window = Duration.ofSeconds(3);
    private Duration timeout = LONG;
    private final RedisServer server = RedisServer.start();
    private final Links links = new Links();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final List<ReplicaBudget> replicas = new ArrayList<>();

    @AfterEach
    void close() {
        replicas.forEach(ReplicaBudget::stop);
        links.close();
        server.close();
    }

    private static StoreKeys key(String... texts) {
        List<StoreKey> keys = List.of(texts).stream().map(StoreKey::parse).toList();
        return () -> keys;
    }

    private ReplicaBudget replica() {
        return replica(KEY);
    }

    private ReplicaBudget replica(StoreKeys keys) {
        RedisBudget shared = new RedisBudget(links.connect(server), keys, Links.NAMES, timeout, Clock.systemUTC(),
                StoreSpans.OFF);
        ReplicaBudget replica = new ReplicaBudget(LIMIT, window, links.vertx(), shared, calls);
        replicas.add(replica);
        return replica;
    }

    @Test
    void replicasTogetherUseTheBudgetAndNoMore() {
        IntStream.range(0, 8).forEach(i -> replica());
        long start = System.nanoTime();
        replicas.forEach(replica -> replica.want(60, "anonymous", 1, Purpose.NEED));

        passWindows(3);

        assertNeverMoreThan(LIMIT);
        assertThat(between(start, 1, 3)).as("of 120").isGreaterThanOrEqualTo(2 * 55);
        try (RedisConnection connection = server.connect()) {
            String statistics = new String((byte[]) connection.send("INFO", "commandstats"), StandardCharsets.UTF_8);
            Matcher scripts = Pattern.compile("cmdstat_evalsha:calls=(\\d+)").matcher(statistics);
            assertThat(scripts.find()).isTrue();
            assertThat(Integer.parseInt(scripts.group(1))).as("each of the replicas asks once for a call that comes back")
                    .isLessThan(calls.size() * (replicas.size() + 2));
        }
    }

    /** The one that comes later waits until lent calls come back, and then gets its half. */
    @Test
    void sharersOnDifferentReplicasGetTheirHalves() {
        // The next call is kept for one of them for 12 ms, in which its replica has to ask.
        window = Duration.ofSeconds(6);
        ReplicaBudget first = replica();
        ReplicaBudget second = replica();
        long start = System.nanoTime();
        first.want(60, "first", 2, Purpose.NEED);
        passWindows(2);
        second.want(60, "second", 2, Purpose.NEED);
        passWindows(2);
        // On a busy machine, a question can come so late that calls seem to be lost: each then keeps to its part for a window.
        for (int i = 3; i < 6 && !areHalves(start, i); i++) {
            passWindows(1);
        }

        assertNeverMoreThan(LIMIT);
        assertThat(of("first", start, 1, 2)).as("alone").isGreaterThanOrEqualTo(45);
        assertThat(IntStream.range(3, 6)).anyMatch(i -> areHalves(start, i));
    }

    private boolean areHalves(long start, int from) {
        return of("first", start, from, from + 1) >= 20 && of("second", start, from, from + 1) >= 20;
    }

    @Test
    void optionalCallsGetHalfOverAllReplicas() {
        IntStream.range(0, 4).forEach(i -> replica());
        long start = System.nanoTime();
        replicas.forEach(replica -> replica.want(20, "anonymous", 1, Purpose.REPLACEMENT));
        passWindows(3);

        assertNeverMoreThan(LIMIT / 2);
        assertThat(between(start, 1, 3)).as("of 60").isGreaterThanOrEqualTo(50);
    }

    @Test
    void callsOfAReplicaThatDiesStillCount() {
        IntStream.range(0, 4).forEach(i -> replica());
        replicas.forEach(replica -> replica.want(30, "anonymous", 1, Purpose.NEED));
        for (int i = 0; i < 3; i++) {
            passWindows(1);
            replicas.get(i).kill();
        }
        passWindows(1);

        assertNeverMoreThan(LIMIT);
        assertThat(calls).as("of 240").hasSizeGreaterThan(200);
    }

    @Test
    void replicasKeepToTheirPartsWhileRedisIsGoneAndAMinuteLonger() {
        IntStream.range(0, 4).forEach(i -> replica());
        Awaitility.await().until(() -> links.all().stream().allMatch(link -> link.replicas() == 4));
        long start = System.nanoTime();
        replicas.forEach(replica -> replica.want(30, "anonymous", 1, Purpose.NEED));
        passWindows(1);
        server.kill();
        passWindows(2);
        server.startAgain();
        passWindows(3);

        assertNeverMoreThan(LIMIT);
        assertThat(between(start, 2, 3)).as("without Redis").isGreaterThanOrEqualTo(50);
        assertThat(between(start, 3, 4)).as("after its return").isGreaterThanOrEqualTo(50);
        assertThat(between(start, 5, 6)).as("together again").isGreaterThanOrEqualTo(50);
    }

    @Test
    void frozenRedisDelaysNoCallForLong() {
        timeout = SHORT;
        IntStream.range(0, 2).forEach(i -> replica());
        Awaitility.await().until(() -> links.all().stream().allMatch(link -> link.replicas() == 2));
        server.freeze();
        long start = System.nanoTime();

        replicas.forEach(replica -> replica.want(1, "anonymous", 1, Purpose.NEED));
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> calls.size() >= 2);

        assertThat(Duration.ofNanos(calls.get(0).start() - start)).isLessThan(Duration.ofMillis(500));
        server.thaw();
    }

    @Test
    void callsThatEndWhileRedisIsGoneCountInItLater() {
        window = Duration.ofMinutes(1);
        RedisLink link = links.connect(server);
        RedisBudget shared = new RedisBudget(link, KEY, Links.NAMES, timeout, Clock.systemUTC(), StoreSpans.OFF);
        assertThat(shared.take(call("known"), NOTHING, Duration.ZERO).await().atMost(LONG)).isInstanceOf(Taken.class);
        assertThat(number()).isOne();
        server.kill();
        Awaitility.await().until(() -> !link.isUp());

        shared.end(call("made"), true);
        shared.end(call("not made"), false);
        server.startAgain();

        Awaitility.await().until(() -> number() == 1);
    }

    @Test
    void callThatIsMadeWithoutAskingCountsFromItsStart() {
        window = Duration.ofMinutes(1);
        RedisBudget shared = new RedisBudget(links.connect(server), KEY, Links.NAMES, timeout, Clock.systemUTC(),
                StoreSpans.OFF);

        shared.begin(call("call"));
        Awaitility.await().until(() -> number() == 1);
        shared.end(call("call"), false);

        Awaitility.await().until(() -> number() == 0);
    }

    /** It reads what it was sent before, when no caller waits for the answer any more. */
    @Test
    void redisThatWasStoppedCountsNoQuestionOfBefore() {
        window = Duration.ofMinutes(1);
        RedisLink link = links.connect(server);
        RedisBudget shared = new RedisBudget(link, KEY, Links.NAMES, timeout, Clock.systemUTC(), StoreSpans.OFF);
        CountDownLatch pulse = new CountDownLatch(1);
        link.addListener(new StoreLink.Listener() {

            @Override
            public void pulse(StorePulse tick) {
                pulse.countDown();
            }
        });
        Awaitility.await().until(() -> pulse.getCount() == 0);
        assertThat(shared.take(call("first"), NOTHING, Duration.ZERO).await().atMost(LONG)).isInstanceOf(Taken.class);
        server.freeze();
        for (int i = 0; i < 3; i++) {
            shared.take(call("late " + i), NOTHING, Duration.ZERO).onFailure().recoverWithNull().await().atMost(LONG);
        }
        long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        Awaitility.await().until(() -> System.nanoTime() > end && !link.isUp());
        server.thaw();

        Awaitility.await().until(link::isUp);
        assertThat(shared.take(call("last"), NOTHING, Duration.ZERO).await().atMost(LONG))
                .isEqualTo(new Taken(LIMIT - 2, Optional.empty()));
    }

    private SharedBudget.Call call(String id) {
        return new SharedBudget.Call("client", Optional.empty(), "anonymous", LIMIT, false, false,
                new SharedBudget.Limits(LIMIT, LIMIT / 2, LIMIT / 10, window, Duration.ofSeconds(3)), id, Duration.ZERO,
                Context.root());
    }

    /** @return the number of calls that Redis counts */
    private long number() {
        try (RedisConnection connection = server.connect()) {
            List<?> keys = (List<?>) connection.send("KEYS", "*:calls");
            return keys.isEmpty() ? 0 : (Long) connection.send("ZCARD", keys.get(0));
        }
    }

    @Test
    void replicasWithOneOfTwoKeysCountAllCalls() {
        StoreKeys other = key("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=");
        StoreKeys both = () -> List.of(other.current().get(0), KEY.current().get(0));
        List.of(KEY, KEY, both, both).forEach(this::replica);
        replicas.forEach(replica -> replica.want(30, "anonymous", 1, Purpose.NEED));
        passWindows(2);
        replicas.get(0).stop();
        replicas.get(1).stop();
        // Until none counts that was counted under the old name alone.
        passWindows(2);
        replica(other).want(30, "anonymous", 1, Purpose.NEED);
        passWindows(2);

        assertNeverMoreThan(LIMIT);
        assertThat(calls).as("of 330").hasSizeGreaterThan(250);
    }

    @Test
    void pauseHoldsForAllReplicas() {
        RedisBudget one = new RedisBudget(links.connect(server), KEY, Links.NAMES, timeout, Clock.systemUTC(), StoreSpans.OFF);
        ReplicaBudget other = replica();
        assertThat(other.ofCaller("client", "secret").await().atMost(window)).isTrue();

        one.pause("CLIENT", Optional.of("clientsecret"), Duration.ofSeconds(3));
        one.pause("client", Optional.of("clientsecret"), Duration.ofSeconds(1));

        Awaitility.await()
                .untilAsserted(() -> assertThatThrownBy(() -> other.ofCaller("client", "secret").await().atMost(window))
                        .isInstanceOfSatisfying(TokenException.class, refusal -> {
                            assertThat(refusal.error()).isEqualTo(TokenError.THROTTLED);
                            assertThat(refusal.response().retryAfter().orElseThrow()).isBetween(Duration.ofSeconds(1),
                                    Duration.ofSeconds(3));
                        }));
        assertThat(other.ofCaller("client", "another secret").await().atMost(window)).isTrue();
        other.want(1, "anonymous", 1, Purpose.NEED);
        Awaitility.await().until(() -> !calls.isEmpty());
    }

    private long of(String sharer, long start, int from, int to) {
        return calls.stream().filter(call -> call.sharer().equals(sharer) && call.start() >= start + from * window.toNanos()
                && call.start() < start + to * window.toNanos()).count();
    }

    private void passWindows(int number) {
        long end = System.nanoTime() + window.multipliedBy(number).toNanos();
        Awaitility.await().atMost(window.multipliedBy(number + 1)).until(() -> System.nanoTime() > end);
    }

    private long between(long start, int from, int to) {
        return calls.stream().filter(call -> call.start() >= start + from * window.toNanos()
                && call.start() < start + to * window.toNanos()).count();
    }

    /** Lean receives a call at any time from its start to its end. */
    private void assertNeverMoreThan(int limit) {
        assertNeverMoreThan(limit, Call::start);
        assertNeverMoreThan(limit, Call::end);
    }

    private void assertNeverMoreThan(int limit, ToLongFunction<Call> time) {
        long[] times = calls.stream().mapToLong(time).sorted().toArray();
        int most = 0;
        int first = 0;
        for (int last = 0; last < times.length; last++) {
            while (times[last] - times[first] >= window.toNanos()) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        assertThat(most).as("of %s", times.length).isLessThanOrEqualTo(limit);
    }
}
