package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.Settings;

class LeanTokenEndpointTest {

    @Test
    void silenceLimitLeavesTimeForAnotherCall() {
        assertThat(LeanTokenEndpoint.silenceLimit(Settings.of(LeanConfig.class))).isEqualTo(Duration.ofMillis(2700));
    }

    /** Otherwise a slow Lean would be cut off without a chance for another call. */
    @ParameterizedTest
    @CsvSource({ "9s, 10s", "3s, 3500ms", "3s, 3s", "3s, 6s" })
    void silenceIsNotLimitedIfTheDeadlineLeavesNoTimeForAnotherCall(String requestTimeout, String deadline) {
        LeanConfig config = Settings.of(LeanConfig.class, "lean.request-timeout", requestTimeout, "lean.deadline", deadline);

        assertThat(LeanTokenEndpoint.silenceLimit(config)).isGreaterThan(config.requestTimeout());
    }
}
