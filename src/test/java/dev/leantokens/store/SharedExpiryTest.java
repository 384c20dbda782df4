package dev.leantokens.store;

import static dev.leantokens.store.TestFleet.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.LogLines;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TestReplica;

/** Replicas whose clocks differ issue no expired token. */
class SharedExpiryTest {

    private static final String[] SHORT_MINIMUM = { "token.minimum-validity", "1s" };

    private final TestFleet fleet = new TestFleet();
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

    private static IssuedToken get(TestReplica replica) {
        try {
            return replica.issue(Scope.API).get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static TestReplica hoursOff(TestFleet fleet, int hours) {
        return fleet.replica(TestFleet.off(Duration.ofHours(hours)), SHORT_MINIMUM);
    }

    private void publishBy(TestReplica replica) {
        get(replica);
        soon().until(() -> fleet.names("t").size() == 1);
    }

    /** Whichever clock is wrong, the token is shared for the time that all clocks allow. */
    @ParameterizedTest
    @CsvSource({
            // lifetime of the token, publisher's clock, reader's clock, expires_in that the reader issues
            "2, 0,  0, 2",
            "2, 0, -1, 2",
            "2, 0,  1, 1",
            "2, 1,  0, 2",
            "2, 1, -1, 2",
            "2, -1, 0, 1",
            "2, 5,  0, 2" })
    void tokenLivesUntilTheFirstClockSaysThatItHasExpired(int lifetime, int publisher, int reader, int issuedFor) {
        fleet.lean.issuesFor(Duration.ofHours(lifetime));
        publishBy(hoursOff(fleet, publisher));

        IssuedToken issued = get(hoursOff(fleet, reader));

        assertThat(issued.source()).isEqualTo(Source.SHARED);
        assertThat(TestReplica.expiresIn(issued)).isBetween(issuedFor * 3600 - 10, issuedFor * 3600);
        assertThat(fleet.lean.calls()).isOne();
        assertThat(log.lines()).hasSize(publisher == reader ? 0 : 1);
    }

    @ParameterizedTest
    @CsvSource({ "0, 2", "-2, 0", "-1, 1" })
    void tokenThatHasExpiredByTheReadersClockIsAMiss(int publisher, int reader) {
        publishBy(hoursOff(fleet, publisher));

        IssuedToken issued = get(hoursOff(fleet, reader));

        assertThat(issued.source()).isEqualTo(Source.MISS);
        assertThat(TestReplica.text(issued)).isEqualTo("token-2");
        assertThat(fleet.count("store.unusable", "reason", "expired")).isEqualTo(1);
    }

    @Test
    void differenceOfClocksIsLoggedOnce() {
        fleet.lean.issuesFor(Duration.ofHours(2));
        publishBy(hoursOff(fleet, 0));
        RedisTokenStore store = fleet.store(TestFleet.off(Duration.ofHours(-1)), java.util.List.of(TestFleet.KEY));
        for (int i = 0; i < 5; i++) {
            assertThat(get(new TestReplica(store, fleet.lean, TestFleet.off(Duration.ofHours(-1)))).source())
                    .isEqualTo(Source.SHARED);
        }

        assertThat(log.lines()).singleElement().satisfies(line -> {
            assertThat(line.level()).isEqualTo("WARN");
            assertThat(line.message()).contains("STORE_CLOCK_TOLERANCE");
        });
        assertThat(fleet.count("store.unusable", "reason", "clock")).isEqualTo(5);
    }

    /** Also if something keeps the entry in Redis, and by a clock that is an hour behind. */
    @Test
    void expiredTokenIsNotIssued() {
        fleet.lean.issuesFor(Duration.ofSeconds(4));
        publishBy(fleet.replica(Clock.systemUTC(), SHORT_MINIMUM));
        fleet.redis.send("PERSIST", fleet.names("t").get(0));
        TestReplica reader = hoursOff(fleet, -1);
        assertThat(TestReplica.text(get(reader))).isEqualTo("token-1");
        await().pollDelay(Duration.ofSeconds(4)).until(() -> true);

        assertThat(TestReplica.text(get(reader))).isNotEqualTo("token-1");
        fleet.redis.send("DEL", fleet.names("t").get(0));
        assertThat(TestReplica.text(get(hoursOff(fleet, -1)))).isNotEqualTo("token-1");
    }

    @Test
    void expiredEntryThatIsWrittenAgainIsNotIssued() {
        fleet.lean.issuesFor(Duration.ofSeconds(3));
        publishBy(fleet.replica(Clock.systemUTC(), SHORT_MINIMUM));
        String name = fleet.names("t").get(0);
        Object entry = fleet.redis.send("HGET", name, "entry");
        Object fence = fleet.redis.send("HGET", name, "fence");
        await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
        fleet.redis.send("HSET", name, "entry", entry, "fence", fence);

        assertThat(TestReplica.text(get(hoursOff(fleet, -1)))).isEqualTo("token-2");
    }
}
