package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.lean.ReplicaBudget;
import dev.leantokens.lean.ReplicaBudget.Call;
import dev.leantokens.testing.RedisServer;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;

/** Several replicas with one Redis, and a minute of four seconds. */
class RedisBudgetTest {

    private static final Duration WINDOW = Duration.ofSeconds(4);
    private static final int LIMIT = 60;
    private static final Duration TIMEOUT = Duration.ofMillis(50);
    private static final StoreKeys KEY = key("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");

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
        RedisBudget shared = new RedisBudget(links.connect(server), KEY, new StoreNames("test", "lean"), TIMEOUT,
                Clock.systemUTC());
        ReplicaBudget replica = new ReplicaBudget(LIMIT, WINDOW, links.vertx(), shared, calls);
        replicas.add(replica);
        return replica;
    }

    @Test
    void replicasTogetherUseTheBudgetAndNoMore() {
        IntStream.range(0, 8).forEach(i -> replica());
        long start = System.nanoTime();
        replicas.forEach(replica -> replica.want(60, "anonymous", 1, Purpose.NEED));

        passWindows(4);

        assertNeverMoreThan(LIMIT);
        assertThat(between(start, 1, 4)).as("of 180").isGreaterThanOrEqualTo(3 * 55);
    }

    private void passWindows(int number) {
        long end = System.nanoTime() + WINDOW.multipliedBy(number).toNanos();
        Awaitility.await().atMost(WINDOW.multipliedBy(number + 1)).until(() -> System.nanoTime() > end);
    }

    private long between(long start, int from, int to) {
        return calls.stream().filter(call -> call.start() >= start + from * WINDOW.toNanos()
                && call.start() < start + to * WINDOW.toNanos()).count();
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
            while (times[last] - times[first] >= WINDOW.toNanos()) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        System.out.println("MOST " + most + " of " + times.length);
        assertThat(most).as("of %s", times.length).isLessThanOrEqualTo(limit);
    }
}
