package dev.leantokens.store;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import dev.leantokens.testing.RedisServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Links to a real Redis server, without the application. Closing it closes the links. */
final class Links implements AutoCloseable {

    static final StoreKey KEY = StoreKey.parse("A".repeat(43));
    static final StoreNames NAMES = StoreNames.of("lean-tokens",
            Optional.of(URI.create("https://auth.leantech.me")));

    /** Longer than in production, since tests run on busy machines. */
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<RedisLink> links = new ArrayList<>();

    /** @return a link that is up: one replica of a fleet */
    RedisLink connect(RedisServer server) {
        RedisLink link = start(server.url(), TIMEOUT, Clock.systemUTC());
        if (!link.isUp()) {
            throw new AssertionError("cannot connect to Redis");
        }
        return link;
    }

    /** @return a link whose first attempt to connect has ended, successfully or not */
    RedisLink start(String url, Duration timeout, Clock clock) {
        return start(new RedisClients(StoreConfig.Type.STANDALONE, StoreUrl.parse(url), Optional.empty(), Optional.empty(),
                Optional::empty), timeout, clock);
    }

    RedisLink start(RedisClients clients, Duration timeout, Clock clock) {
        return start(clients, () -> List.of(KEY), timeout, clock);
    }

    RedisLink start(RedisClients clients, StoreKeys keys, Duration timeout, Clock clock) {
        RedisLink link = new RedisLink(vertx, clients, NAMES, keys, timeout, clock, new LinkMetrics(registry));
        links.add(link);
        await(link.start());
        return link;
    }

    /** @return the links of all replicas */
    List<RedisLink> all() {
        return links;
    }

    Vertx vertx() {
        return vertx;
    }

    /** @return the metrics of all links */
    MeterRegistry registry() {
        return registry;
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        links.forEach(link -> await(link.close()));
        await(vertx.close());
    }
}
