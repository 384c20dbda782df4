package dev.leantokens.store;

import static dev.leantokens.store.TestFleet.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.TestClock;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TestReplica;
import dev.leantokens.token.TokenStore;

/** A token is replaced ahead of its expiry by one replica. */
class SharedReplacementTest {

    private final TestFleet fleet = new TestFleet();

    @AfterEach
    void close() {
        fleet.close();
    }

    private static IssuedToken get(TestReplica replica) {
        try {
            return replica.issue(Scope.API).get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void oneReplicaReplacesATokenAheadAndTheOthersUseIt() {
        TestClock clock = new TestClock();
        clock.advance(Duration.between(clock.instant(), Clock.systemUTC().instant()));
        List<TestReplica> replicas = IntStream.range(0, 5).mapToObj(i -> fleet.replica(clock)).toList();
        get(replicas.get(0));
        soon().until(() -> fleet.names("t").size() == 1);
        replicas.forEach(SharedReplacementTest::get);
        assertThat(fleet.lean.calls()).isOne();
        // Into the last fifth, for any jitter: a token is served for 3,540 s.
        clock.advance(Duration.ofSeconds(3200));
        fleet.lean.close();

        assertThat(replicas).extracting(SharedReplacementTest::get).allSatisfy(issued -> {
            assertThat(issued.source()).isEqualTo(Source.HIT);
            assertThat(TestReplica.text(issued)).isEqualTo("token-1");
        });
        soon().until(() -> fleet.count("store.lookups", "outcome", "elsewhere") == 4);
        replicas.forEach(SharedReplacementTest::get);
        assertThat(fleet.count("store.lookups", "outcome", "elsewhere")).as("not asked for each request").isEqualTo(4);
        fleet.lean.open();
        soon().until(() -> fleet.redis.send("KEYS", "*:l:*").equals(List.of()));
        clock.advance(Duration.ofSeconds(2));

        soon().untilAsserted(() -> assertThat(replicas).extracting(replica -> TestReplica.text(get(replica)))
                .containsOnly("token-2"));
        assertThat(fleet.lean.calls()).isEqualTo(2);
    }

    @Test
    void replicasReplaceAtDifferentTimesButNotEarlierThanOne() {
        List<Double> parts = IntStream.range(0, 20)
                .mapToObj(i -> fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY)).jitter()).toList();

        assertThat(parts).allSatisfy(part -> assertThat(part).isBetween(0.75, 1.0)).doesNotHaveDuplicates();
        assertThat(TokenStore.NONE.jitter()).isOne();
    }
}
