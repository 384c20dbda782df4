package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

class RetryPolicyTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant DEADLINE = NOW.plusSeconds(10);
    private static final TokenException AWAY = TokenError.LEAN_UNAVAILABLE.because("away");
    private static final TokenException THROTTLED = TokenError.THROTTLED.because("throttled");

    @ParameterizedTest
    @EnumSource(TokenError.class)
    void onlyTransientFailuresAreRetried(TokenError error) {
        boolean passes = EnumSet.of(TokenError.THROTTLED, TokenError.LEAN_UNAVAILABLE, TokenError.LEAN_TIMED_OUT)
                .contains(error);

        assertThat(policy(0.5).waitAfter(error.because("so"), 1, NOW, DEADLINE).isPresent()).isEqualTo(passes);
    }

    @Test
    void attemptsAreLimited() {
        assertThat(policy(0.5).waitAfter(AWAY, 2, NOW, DEADLINE)).isPresent();
        assertThat(policy(0.5).waitAfter(AWAY, 3, NOW, DEADLINE)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
            "1, 0.0, PT0.1S",
            "1, 1.0, PT0.2S",
            "2, 0.0, PT0.2S",
            "2, 1.0, PT0.4S",
    })
    void waitDoublesAndIsRandom(int attempts, double random, Duration wait) {
        assertThat(policy(random).waitAfter(AWAY, attempts, NOW, DEADLINE)).contains(wait);
    }

    @Test
    void retryIsNoEarlierThanLeanRequires() {
        assertThat(policy(0).waitAfter(THROTTLED.retryAfter(Duration.ofSeconds(2)), 1, NOW, DEADLINE))
                .contains(Duration.ofMillis(2_100));
        assertThat(policy(1).waitAfter(AWAY.retryAfter(Duration.ofSeconds(2)), 1, NOW, DEADLINE))
                .contains(Duration.ofMillis(2_200));
    }

    @Test
    void attemptThatCannotEndInTimeIsNotStarted() {
        // 3 s for the call and 0.1 s before it.
        assertThat(policy(0).waitAfter(AWAY, 1, DEADLINE.minusMillis(3_100), DEADLINE)).isPresent();
        assertThat(policy(0).waitAfter(AWAY, 1, DEADLINE.minusMillis(3_099), DEADLINE)).isEmpty();
        assertThat(policy(0).waitAfter(THROTTLED.retryAfter(Duration.ofSeconds(7)), 1, NOW, DEADLINE)).isEmpty();
    }

    @Test
    void manyAttemptsDoNotOverflow() {
        RetryPolicy patient = new RetryPolicy(1_000, Duration.ofMillis(200), Duration.ofSeconds(3), () -> 1);

        assertThat(patient.waitAfter(AWAY, 900, NOW, DEADLINE)).isEmpty();
    }

    private static RetryPolicy policy(double random) {
        return new RetryPolicy(3, Duration.ofMillis(200), Duration.ofSeconds(3), () -> random);
    }
}
