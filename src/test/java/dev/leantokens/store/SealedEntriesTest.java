package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.error.TokenError;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.CachedToken;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** What is late is not taken for a wrong clock or an attack. */
class SealedEntriesTest {

    private static final StoreKey SEAL = StoreKey.parse("A".repeat(43));
    private static final String NAME = "name";
    private static final String CREDENTIALS = "credentials";
    private static final Duration TOLERANCE = Duration.ofSeconds(5);
    private static final Duration LIFETIME = Duration.ofSeconds(60);
    private static final Duration SHARED_FOR = Duration.ofSeconds(2);
    private static final long FENCE = 1;
    private static final byte[] RESPONSE = """
            {"access_token":"t","scope":"api","token_type":"Bearer","expires_in":60}""".getBytes(StandardCharsets.UTF_8);

    private final TestClock clock = new TestClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SealedEntries entries = new SealedEntries(() -> List.of(SEAL), TOLERANCE, TokenGenerations.NONE,
            new UnusableEntries(clock, registry), clock);
    private final Instant start = clock.instant();

    private static long micros(Instant time) {
        return time.toEpochMilli() * 1000;
    }

    /** Reads a token that was requested at the start, with a question that was sent and read by Redis at these times. */
    private Optional<CachedToken> token(Duration sent, Duration read) {
        byte[] sealed = Seal.seal(SEAL, NAME, new SharedToken(FENCE, micros(start), start.plus(LIFETIME).toEpochMilli(),
                LIFETIME.toMillis(), 0, RESPONSE).encode());
        return entries.token(new TokenKey("client", "", "", Scope.API), NAME, sealed, Long.toString(FENCE),
                micros(start.plus(read)), start.plus(sent));
    }

    private Optional<SharedFailure> failure(Duration age) {
        byte[] sealed = Seal.seal(SEAL, NAME, new SharedFailure(FENCE, micros(start), start.toEpochMilli(), CREDENTIALS,
                TokenError.LEAN_FAILED.because("Lean answered 500")).encode());
        return entries.failure(NAME, sealed, CREDENTIALS, SHARED_FOR, micros(start.plus(age)), start.plus(age));
    }

    private double count(String reason) {
        return registry.get("store.unusable").tag("reason", reason).counter().count();
    }

    /** The entry stays in Redis for its remaining life from when it arrived there. */
    @ParameterizedTest
    @CsvSource({ "59, true, 0", "60, false, 0", "64, false, 0", "66, false, 1", "3600, false, 1" })
    void tokenThatWasWrittenLateIsAMissAndNoAttack(int seconds, boolean usable, int recorded) {
        clock.advance(Duration.ofSeconds(seconds));

        assertThat(token(Duration.ofSeconds(seconds), Duration.ofSeconds(seconds)).isPresent()).isEqualTo(usable);

        assertThat(count("expired")).isEqualTo(recorded);
    }

    @ParameterizedTest
    @CsvSource({ "2, true, 0", "3, false, 0", "6, false, 0", "8, false, 1", "3600, false, 1" })
    void failureThatWasWrittenLateIsAMissAndNoAttack(int seconds, boolean usable, int recorded) {
        assertThat(failure(Duration.ofSeconds(seconds)).isPresent()).isEqualTo(usable);

        assertThat(count("expired")).isEqualTo(recorded);
    }

    @Test
    void waitForRedisIsNoDifferenceOfClocks() {
        clock.advance(Duration.ofSeconds(10));

        assertThat(token(Duration.ZERO, Duration.ofSeconds(10))).isPresent();
        assertThat(token(Duration.ZERO, Duration.ZERO)).isPresent();
        assertThat(count("clock")).isZero();

        assertThat(token(Duration.ZERO, Duration.ofSeconds(16))).isPresent();
        assertThat(count("clock")).isEqualTo(1);
        assertThat(token(Duration.ofSeconds(10), Duration.ofSeconds(4))).isPresent();
        assertThat(count("clock")).isEqualTo(2);
    }
}
