package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;

import org.junit.jupiter.api.Test;

class RedisClockTest {

    @Test
    void timeIsThatOfTheLastReplyAndGoesOn() {
        RedisClock clock = new RedisClock();
        assertThat(clock.now()).isEmpty();
        clock.pulse(new StorePulse(1, 0, Instant.EPOCH, Instant.ofEpochMilli(5), 0));
        assertThat(clock.now().orElseThrow().micros()).isBetween(5_000L, 10_000_000L);

        clock.read(1_000_000_000_000L);

        long now = clock.now().orElseThrow().micros();
        assertThat(now).isBetween(1_000_000_000_000L, 1_000_010_000_000L);
        assertThat(clock.now().orElseThrow().now()).isGreaterThanOrEqualTo(now);
    }

    @Test
    void replyThatIsReadLateDoesNotSetTheClockBack() {
        RedisClock clock = new RedisClock();
        clock.read(1_000_000_000);

        clock.read(999_500_000);
        assertThat(clock.now().orElseThrow().micros()).isGreaterThanOrEqualTo(1_000_000_000);

        clock.read(900_000_000);
        assertThat(clock.now().orElseThrow().micros()).as("set back").isLessThan(950_000_000);
    }
}
