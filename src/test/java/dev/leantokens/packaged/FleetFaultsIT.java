package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.leantokens.packaged.SteadyLoad.Answer;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;
import dev.leantokens.testing.RudeLean;
import dev.leantokens.testing.WatchingLean;
import io.vertx.core.json.JsonObject;

/** Replicas whose Redis, or one of which, fails under load. */
class FleetFaultsIT {

    private static final Logger LOG = Logger.getLogger(FleetFaultsIT.class);

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration FAULT = Duration.ofSeconds(Integer.getInteger("fleet.fault.seconds", 4));
    private static final int PER_SECOND = 200;
    /** Longer than a busy machine delays a request, and shorter than anything that waits for Redis to come back. */
    private static final long HANGING_MILLIS = FAULT.toMillis() * 3 / 4;

    private final LeanStub lean = new LeanStub();
    private final RedisServer redis = RedisServer.start("--requirepass", "right");

    /** How Redis fails. */
    private enum Fault {
        FROZEN {
            @Override
            void begin(RedisServer redis, RedisConnection admin) {
                redis.freeze();
            }

            @Override
            void end(RedisServer redis, RedisConnection admin) {
                redis.thaw();
            }
        },
        KILLED {
            @Override
            void begin(RedisServer redis, RedisConnection admin) {
                redis.kill();
            }

            @Override
            void end(RedisServer redis, RedisConnection admin) {
                redis.startAgain();
            }
        },
        FULL {
            @Override
            void begin(RedisServer redis, RedisConnection admin) {
                admin.send("CONFIG", "SET", "maxmemory", "1");
            }

            @Override
            void end(RedisServer redis, RedisConnection admin) {
                admin.send("CONFIG", "SET", "maxmemory", "0");
            }
        },
        READ_ONLY {
            @Override
            void begin(RedisServer redis, RedisConnection admin) {
                // No server is there; a replica without its primary serves what it has.
                admin.send("REPLICAOF", "127.0.0.1", "1");
            }

            @Override
            void end(RedisServer redis, RedisConnection admin) {
                admin.send("REPLICAOF", "NO", "ONE");
            }
        },
        OTHER_PASSWORD {
            @Override
            void begin(RedisServer redis, RedisConnection admin) {
                admin.send("CONFIG", "SET", "requirepass", "other");
                admin.send("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
                admin.send("CLIENT", "KILL", "TYPE", "pubsub");
            }

            @Override
            void end(RedisServer redis, RedisConnection admin) {
                admin.send("CONFIG", "SET", "requirepass", "right");
            }
        };

        abstract void begin(RedisServer redis, RedisConnection admin);

        abstract void end(RedisServer redis, RedisConnection admin);
    }

    @BeforeEach
    void start() {
        lean.start();
        lean.givesTokensOfTheirOwn(3600, 20);
    }

    @AfterEach
    void stop() {
        lean.stop();
        redis.close();
    }

    /**
     * Logs the latency, of which {@code make store} has the figures: on a busy machine, it says more about the machine. The run
     * without a store is at the same time, so that other load of the machine affects both.
     */
    @ParameterizedTest
    @EnumSource(Fault.class)
    void noRequestFailsOrHangs(Fault fault) {
        String url = redis.url().replace("://", "://:right@");
        try (Fleet fleet = Fleet.with(redis, lean, "STORE_URL", url, "STORE_TIMEOUT", "50ms", "LEAN_REQUESTS_PER_MINUTE",
                "100000").start(2);
                Fleet alone = Fleet.withoutStore(lean, "LEAN_REQUESTS_PER_MINUTE", "100000").start(1);
                RedisConnection admin = redis.connect()) {
            admin.send("AUTH", "right");
            warmUp(fleet, alone);
            try (SteadyLoad load = SteadyLoad.of(fleet.ports(), PER_SECOND, mixture("a"));
                    SteadyLoad reference = SteadyLoad.of(alone.ports(), PER_SECOND / 2, mixture("b"))) {
                await().atMost(PATIENCE).until(() -> load.now() > FAULT.toNanos() / 4);
                fault.begin(redis, admin);
                await().atMost(FAULT.plus(PATIENCE)).until(() -> load.now() > FAULT.toNanos() * 5 / 4);
                fault.end(redis, admin);
                await().atMost(PATIENCE).until(() -> back(fleet) == 2);

                List<Answer> answers = load.stop();
                List<Answer> others = reference.stop();
                LOG.infof("%s: p99 %d ms, without a store %d ms; slowest %d and %d ms; %d requests", fault,
                        SteadyLoad.p99(answers), SteadyLoad.p99(others), slowest(answers), slowest(others), answers.size());
                assertThat(answers).allMatch(answer -> answer.status() == 200);
                assertThat(slowest(answers)).as(fleet.logs()).isLessThan(HANGING_MILLIS);
            }
            for (PackagedApplication replica : fleet.replicas()) {
                assertThat(replica.linesOf("WARN").stream().filter(line -> line.contains("Redis"))).as(fleet.logs())
                        .hasSize(1);
                assertThat(replica.linesOf("ERROR")).isEmpty();
            }
        }
    }

    /** Loads the classes for both kinds of requests. */
    private static void warmUp(Fleet... fleets) {
        for (Fleet fleet : fleets) {
            try (SteadyLoad load = SteadyLoad.of(fleet.ports(), PER_SECOND, mixture("warm-up-"))) {
                await().atMost(PATIENCE).until(() -> load.now() > Duration.ofSeconds(2).toNanos());
                load.stop();
            }
        }
    }

    /** @return mostly the same token, and one of ten for a new customer */
    private static IntFunction<String> mixture(String customers) {
        return number -> number % 10 == 3 ? "customer." + customers + number : "api";
    }

    private static long back(Fleet fleet) {
        return fleet.replicas().stream().filter(replica -> replica.log().contains("Redis is back")).count();
    }

    private static long slowest(List<Answer> answers) {
        return answers.stream().mapToLong(Answer::millis).max().orElse(0);
    }

    @Test
    void othersWaitForAKilledReplicaAtMostForTheLease() {
        Duration lease = Duration.ofSeconds(3);
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        RudeLean hanging = new RudeLean();
        Map<String, String> settings = hanging.start();
        hanging.answers((connection, request) -> {
            if (calls.incrementAndGet() == 1) {
                awaitQuietly(end);
            }
            connection.write(RudeLean.okay(request));
        });
        try (Fleet fleet = Fleet.with(redis, lean, "STORE_URL", redis.url().replace("://", "://:right@"), "LEAN_URL",
                settings.get("lean.url"), "STORE_LEASE", lease.toSeconds() + "s").start(2)) {
            PackagedApplication first = fleet.replica(0);
            PackagedApplication second = fleet.replica(1);
            CompletableFuture<Void> lost = CompletableFuture.runAsync(() -> first.token());
            await().atMost(PATIENCE).until(() -> calls.get() == 1);
            long start = System.nanoTime();
            CompletableFuture<Integer> waiting = CompletableFuture.supplyAsync(() -> second.token().status());
            first.close();
            long killed = System.nanoTime();

            assertThat(waiting.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join()).isEqualTo(200);

            long waited = System.nanoTime() - start;
            LOG.infof("waited %d ms for a replica that was killed, of which %d ms before it was",
                    TimeUnit.NANOSECONDS.toMillis(waited), TimeUnit.NANOSECONDS.toMillis(killed - start));
            assertThat(waited).isLessThan(lease.plusSeconds(2).toNanos());
            assertThat(calls.get()).isEqualTo(2);
            assertThat(lost.handle((nothing, gone) -> gone != null).join()).isTrue();
        } finally {
            end.countDown();
            hanging.stop();
        }
    }

    /** Its turn has ended meanwhile, and another replica has a newer token. */
    @Test
    void replicaThatWasStoppedForLongerThanItsLeaseReplacesNoNewerToken() {
        try (WatchingLean watching = new WatchingLean();
                Fleet fleet = Fleet.with(redis, lean, "STORE_URL", redis.url().replace("://", "://:right@"), "LEAN_URL",
                        watching.url(), "STORE_LEASE", "2s").start(3)) {
            PackagedApplication first = fleet.replica(0);
            watching.hold();
            CompletableFuture<Integer> stopped = CompletableFuture.supplyAsync(() -> first.token().status());
            await().atMost(PATIENCE).until(() -> watching.calls() == 1);
            first.freeze();
            watching.holdNoMore();

            String newer = token(fleet.replica(1));

            first.thaw();
            // It gets a token, too: by another attempt, since its first call has timed out.
            assertThat(stopped.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join()).isIn(200, 504);
            int calls = watching.calls();
            assertThat(token(fleet.replica(2))).as(fleet.logs()).isEqualTo(newer);
            assertThat(watching.calls()).isEqualTo(calls);
        }
    }

    private static String token(PackagedApplication replica) {
        return new JsonObject(replica.token().body()).getString("access_token");
    }

    private static void awaitQuietly(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
