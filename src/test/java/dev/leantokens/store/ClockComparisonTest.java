package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.TestClock;

class ClockComparisonTest {

    private final TestClock clock = new TestClock();
    private final ClockComparison comparison = new ClockComparison(clock, Duration.ofSeconds(5));
    private final LogLines log = LogLines.of(ClockComparison.class.getName());

    @AfterEach
    void close() {
        log.close();
    }

    private void pulse(Duration ahead) {
        comparison.pulse(new StorePulse(1, 0, clock.instant(), clock.instant().minus(ahead), 0));
    }

    @Test
    void toleratedDifferenceIsNoWarning() {
        pulse(Duration.ofSeconds(5));
        pulse(Duration.ofSeconds(-5));

        assertThat(log.lines()).isEmpty();
        assertThat(comparison.difference()).isEqualTo(Duration.ofSeconds(-5));
    }

    /** Redis, this replica or the network may have stopped in between. */
    @Test
    void timeBetweenTheQuestionAndTheAnswerIsNoDifference() {
        Instant sentAt = clock.instant();
        clock.advance(Duration.ofSeconds(8));

        for (Duration readAfter : List.of(Duration.ZERO, Duration.ofSeconds(3), Duration.ofSeconds(8))) {
            comparison.pulse(new StorePulse(1, 0, sentAt, sentAt.plus(readAfter), 0));
            assertThat(comparison.difference()).isZero();
        }
        assertThat(log.lines()).isEmpty();

        comparison.pulse(new StorePulse(1, 0, sentAt, sentAt.plusSeconds(14), 0));
        assertThat(comparison.difference()).isEqualTo(Duration.ofSeconds(-6));
    }

    @ParameterizedTest
    @CsvSource({ "PT6S, 6 s ahead of Redis' clock", "PT-1H, 3600 s behind Redis' clock" })
    void greaterDifferenceIsOneWarningUntilItIsGone(Duration ahead, String text) {
        pulse(ahead);
        pulse(ahead);
        assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line.message()).contains(text));

        pulse(Duration.ZERO);
        pulse(ahead);
        assertThat(log.lines()).as("differs again at once").hasSize(1);

        clock.advance(Duration.ofMinutes(1));
        pulse(Duration.ZERO);
        pulse(Duration.ZERO);
        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().get(1).message()).contains("agrees");

        pulse(ahead);
        assertThat(log.lines()).hasSize(3);
    }
}
