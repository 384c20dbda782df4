package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.error.TokenError;
import dev.leantokens.testing.Settings;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.Scope;

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

    /** A process that was stopped meanwhile reads the response before it notices the time. */
    @ParameterizedTest
    @CsvSource({ "60, 60s", "60, 5m", "3600, 1h", "1, 1s" })
    void tokenThatExpiredBeforeItWasReadIsNotIssued(long lifetime, String passed) {
        AccessToken token = token(lifetime);

        assertThatThrownBy(() -> LeanTokenEndpoint.requireValid(token, duration(passed)))
                .hasFieldOrPropertyWithValue("error", TokenError.UNUSABLE_ANSWER)
                .hasMessageContaining("expired before it was read");
    }

    @ParameterizedTest
    @CsvSource({ "60, 59s", "3600, 5m", "1, 0.01s", "0, 0.01s", "0, 5m" })
    void tokenThatIsValidOrOfUnclearValidityIsIssued(long lifetime, String passed) {
        AccessToken token = token(lifetime);

        assertThat(LeanTokenEndpoint.requireValid(token, duration(passed))).isSameAs(token);
    }

    private static AccessToken token(long lifetime) {
        return AccessToken.of(Map.of("access_token", "a", "token_type", "Bearer", "expires_in", lifetime), Scope.API);
    }

    private static Duration duration(String text) {
        return Duration.parse("PT" + text);
    }
}
