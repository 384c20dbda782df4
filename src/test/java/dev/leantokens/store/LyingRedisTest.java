package dev.leantokens.store;

import static dev.leantokens.store.TestFleet.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.error.ErrorResponse;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenStore;
import dev.leantokens.token.TokenStore.Extent;
import dev.leantokens.token.TokenStore.Lead;
import dev.leantokens.token.TokenStore.Turn;
import dev.leantokens.token.TokenStore.Wish;

/** A server in place of Redis that knows genuine entries, and answers what it likes. */
class LyingRedisTest {

    private static final Wish ANY = new Wish(RedisTokens.key(Scope.API), "fingerprint", false, 60_000, false, true);
    private static final Wish FRESH = new Wish(RedisTokens.key(Scope.API), "fingerprint", true, 60_000, true, true);
    private static final TokenPlace PLACE = TokenPlace.of(Links.NAMES, TestFleet.KEY, ANY);

    private final TestFleet fleet = new TestFleet();
    private final RedisTokenStore honest = fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY));

    @AfterEach
    void close() {
        fleet.close();
    }

    private static Turn enter(TokenStore store, Wish wish) {
        return store.enter(wish).await().atMost(Duration.ofSeconds(10));
    }

    private TokenStore lying(Duration clock, Function<List<String>, List<Object>> answer) {
        return new ScriptedLink(answer, new ArrayList<>()).store(TestFleet.LEASE, clock, fleet);
    }

    private static String micros(Object number) {
        return new String((byte[]) number, StandardCharsets.UTF_8);
    }

    @Test
    void oldTokenIsNotFreshWhateverTheServerSaysTheTimeIs() {
        ((Lead) enter(honest, ANY)).publish(RedisTokens.token("rejected"));
        soon().until(() -> fleet.redis.send("EXISTS", PLACE.token()).equals(1L));
        byte[] entry = (byte[]) fleet.redis.send("HGET", PLACE.token(), "entry");
        String fence = micros(fleet.redis.send("HGET", PLACE.token(), "fence"));
        List<String> waited = new ArrayList<>();
        Function<List<String>, List<Object>> answer = arguments -> {
            waited.add(arguments.get(4));
            return waited.size() == 1 ? List.of("held", fence, fence, "1") : List.of("token", fence, entry, fence);
        };

        assertThat(enter(lying(Duration.ofMinutes(10), answer), FRESH)).isInstanceOf(Lead.class);
        assertThat(enter(lying(Duration.ofMinutes(10), arguments -> List.of("token", fence, entry, fence)), FRESH))
                .isInstanceOf(Lead.class);
        assertThat(enter(lying(Duration.ofMinutes(10), arguments -> List.of("token", fence, entry, fence)), ANY))
                .as("not requested to be fresh").isInstanceOf(TokenStore.Shared.class);
    }

    @Test
    void earlierFailuresAreNotBelieved() {
        Lead lead = (Lead) enter(honest, ANY);
        String fence = micros(fleet.redis.send("HGET", PLACE.lock(), "fence"));
        fleet.redis.send("HSET", PLACE.lock(), "waiting", "1");
        lead.fail(TokenException.refusedByLean(new ErrorResponse(401, Map.of("error", "invalid_client"), Optional.empty())),
                Optional.of(Extent.CREDENTIALS));
        soon().until(() -> fleet.redis.send("HGET", PLACE.lock(), "failure") != null);
        byte[] failure = (byte[]) fleet.redis.send("HGET", PLACE.lock(), "failure");
        byte[] refusal = (byte[]) fleet.redis.send("GET", PLACE.credentialsRefusal());
        Function<List<String>, List<Object>> failed = arguments -> arguments.get(4).isEmpty()
                ? List.of("held", fence, fence, "1")
                : List.of("failed", fence, fence, failure);
        Function<List<String>, List<Object>> refused = arguments -> List.of("refused", fence, "1", refusal);
        assertThat(enter(lying(Duration.ZERO, failed), ANY)).as("now").isInstanceOf(TokenStore.Failed.class);
        assertThat(enter(lying(Duration.ZERO, refused), ANY)).as("now").isInstanceOf(TokenStore.Failed.class);

        assertThat(enter(lying(Duration.ofSeconds(20), failed), ANY)).isInstanceOf(Lead.class);
        assertThat(enter(lying(Duration.ofSeconds(20), refused), ANY)).isInstanceOf(Lead.class);
        assertThat(enter(lying(Duration.ZERO, arguments -> List.of("failed", fence, fence, failure)), ANY))
                .as("of a call that it did not wait for").isInstanceOf(Lead.class);
        assertThat(enter(lying(Duration.ZERO, refused), FRESH)).as("Lean has accepted the credentials")
                .isInstanceOf(Lead.class);
    }

    @Test
    void nonsenseIsAMiss() {
        for (List<Object> nonsense : List.<List<Object>> of(List.of(), List.of("token"), List.of("token", "x", "x", "x"),
                List.of("held", "1", "x", "x"), List.of("lead", "1"), List.of("other", "1", "2"),
                List.of("failed", "1", "1", new byte[100]), List.of("refused", "1", "7", "x"))) {
            assertThat(enter(lying(Duration.ZERO, arguments -> nonsense), ANY)).as(nonsense.toString())
                    .isInstanceOf(Lead.class);
        }
    }

    @Test
    void endlessWaitIsAskedForRarely() {
        int[] asked = { 0 };
        TokenStore store = lying(Duration.ZERO, arguments -> {
            asked[0]++;
            return List.of("held", Long.toString(System.currentTimeMillis() * 1000), "1", "-5");
        });

        assertThat(enter(store, ANY)).isInstanceOf(Lead.class);

        assertThat(asked[0]).isLessThan(500);
    }

    @Test
    void tooSlowAnswersAreCountedAsTimeouts() {
        Function<List<String>, List<Object>> answer = arguments -> {
            Awaitility.await().pollDelay(Duration.ofMillis(500)).until(() -> true);
            return List.of("late", "1");
        };

        Lead lead = (Lead) enter(lying(Duration.ZERO, answer), ANY);

        assertThat(lead.waited()).isGreaterThanOrEqualTo(Duration.ofMillis(500));
        assertThat(fleet.count("store.faults", "reason", "timeout")).isEqualTo(1);
        assertThat(fleet.count("store.lookups", "outcome", "unavailable")).isEqualTo(1);
    }
}
