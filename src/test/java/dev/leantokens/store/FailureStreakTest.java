package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class FailureStreakTest {

    /** {@link System#nanoTime()} can start anywhere. */
    private static final long START = Long.MAX_VALUE - Duration.ofMillis(50).toNanos();

    private final FailureStreak streak = new FailureStreak();

    private static long after(long millis) {
        return START + Duration.ofMillis(millis).toNanos();
    }

    private boolean fail(int times, long sent, long now) {
        return IntStream.range(0, times).filter(i -> streak.add(after(sent), after(now))).count() > 0;
    }

    @Test
    void failuresOfOneMomentAreNoOutage() {
        assertThat(fail(1000, 0, 40)).isFalse();
        assertThat(fail(1000, 40, 249)).isFalse();
        assertThat(fail(1, 200, 250)).isTrue();
    }

    @Test
    void fewFailuresAreNoOutage() {
        assertThat(fail(FailureStreak.LENGTH - 1, 0, 10_000)).isFalse();
        assertThat(fail(1, 9_950, 10_000)).isTrue();
    }

    @Test
    void successEndsAStreak() {
        fail(1000, 0, 249);
        streak.end();

        assertThat(fail(1000, 249, 498)).isFalse();
        assertThat(fail(1, 450, 499)).isTrue();
    }
}
