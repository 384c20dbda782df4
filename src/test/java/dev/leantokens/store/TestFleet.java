package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;
import dev.leantokens.token.TestReplica;
import dev.leantokens.trace.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** Replicas in one process that share a real Redis, each by its own link. */
final class TestFleet implements AutoCloseable {

    static final StoreKey KEY = key(1);
    static final Duration LEASE = Duration.ofSeconds(2);

    final RedisServer server = RedisServer.start();
    final Links links = new Links();
    final GatedLean lean = new GatedLean();
    final MeterRegistry registry = new SimpleMeterRegistry();
    final RedisConnection redis = server.connect();
    private Traces traces = Traces.OFF;
    private Duration timeout = Duration.ofMillis(500);
    private TokenGenerations generations = TokenGenerations.NONE;

    static StoreKey key(int first) {
        byte[] bytes = new byte[StoreKey.BYTES];
        bytes[0] = (byte) first;
        return StoreKey.parse(Base64.getEncoder().encodeToString(bytes));
    }

    /** Looks often, since Redis answers at once. */
    static ConditionFactory soon() {
        return Awaitility.await().pollInterval(Duration.ofMillis(5));
    }

    void setTimeout(Duration longest) {
        timeout = longest;
    }

    void setTraces(Traces created) {
        traces = created;
    }

    void setGenerations(TokenGenerations forgotten) {
        generations = forgotten;
    }

    /** @return a replica with a clock of its own, that of the machine */
    TestReplica replica() {
        return replica(Clock.systemUTC());
    }

    TestReplica replica(Clock clock, String... settings) {
        return new TestReplica(traces, "secret", store(clock, List.of(KEY)), lean, clock, settings);
    }

    RedisTokenStore store(Clock clock, List<StoreKey> keys) {
        return store(links.connect(server), clock, keys);
    }

    RedisTokenStore store(RedisLink link, Clock clock, List<StoreKey> keys) {
        return new RedisTokenStore(link, () -> keys, Links.NAMES,
                new StoreTimes(timeout, LEASE, LEASE.multipliedBy(2), Duration.ofSeconds(5), Duration.ofSeconds(5)),
                generations, clock,
                links.vertx(), registry, new StoreSpans(traces));
    }

    /** @return a clock that differs from that of the machine */
    static Clock off(Duration difference) {
        return Clock.offset(Clock.systemUTC(), difference);
    }

    /** @return the names of the keys in Redis that start with this kind */
    List<String> names(String kind) {
        return ((List<?>) redis.send("KEYS", "*:" + kind + ":*")).stream().map(name -> new String((byte[]) name)).toList();
    }

    double count(String metric, String... tags) {
        return registry.get(metric).tags(tags).counter().count();
    }

    @Override
    public void close() {
        redis.close();
        links.close();
        server.close();
    }
}
