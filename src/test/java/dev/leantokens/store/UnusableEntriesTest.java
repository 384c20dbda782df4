package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import dev.leantokens.store.UnusableEntries.Kind;
import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.TestClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class UnusableEntriesTest {

    @Test
    void eachKindIsLoggedOnceUntilItIsGone() {
        TestClock clock = new TestClock();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        UnusableEntries entries = new UnusableEntries(clock, registry);
        try (LogLines log = LogLines.of(UnusableEntries.class.getName())) {
            for (int i = 0; i < 100; i++) {
                entries.record(Kind.TAMPERED);
                clock.advance(Duration.ofMinutes(9));
            }
            entries.record(Kind.EXPIRED);
            assertThat(log.lines()).hasSize(2);
            clock.advance(Duration.ofMinutes(2));

            entries.record(Kind.TAMPERED);

            assertThat(log.lines()).hasSize(3);
            assertThat(registry.get("store.unusable").tag("reason", "tampered").counter().count()).isEqualTo(101);
            assertThat(registry.get("store.unusable").tag("reason", "unknown_key").counter().count()).isZero();
        }
    }
}
