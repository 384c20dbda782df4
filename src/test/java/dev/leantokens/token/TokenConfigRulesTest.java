package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.Settings;
import io.quarkus.runtime.configuration.ConfigurationException;

class TokenConfigRulesTest {

    @Test
    void defaultsAreValid() {
        assertThatCode(() -> TokenConfigRules.check(Settings.of(TokenConfig.class))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
            "token.minimum-validity,          1h,   TOKEN_MINIMUM_VALIDITY is 3600 s",
            "token.minimum-validity,          -1s,  TOKEN_MINIMUM_VALIDITY",
            "token.customer-minimum-validity, 2h,   TOKEN_CUSTOMER_MINIMUM_VALIDITY is 7200 s",
            "token.customer-minimum-validity, -1s,  TOKEN_CUSTOMER_MINIMUM_VALIDITY",
            "token.refresh-ahead,             1,    TOKEN_REFRESH_AHEAD",
            "token.refresh-ahead,             -0.1, TOKEN_REFRESH_AHEAD",
            "token.refresh-ahead,             NaN,  TOKEN_REFRESH_AHEAD",
            "token.stale-after,                  0s,   TOKEN_STALE_AFTER",
            "token.retry-cooldown,                     -1s,  TOKEN_RETRY_COOLDOWN",
    })
    void invalidSettingStopsTheStart(String property, String value, String message) {
        assertThatThrownBy(() -> TokenConfigRules.check(Settings.of(TokenConfig.class, property, value)))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining(message);
    }

    @Test
    void prefetchedScopeMustBeAllowed() {
        assertThatThrownBy(() -> TokenConfigRules.check(
                Settings.of(TokenConfig.class, "token.prefetch", "true", "token.scopes", "customer.*")))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("TOKEN_PREFETCH");
    }
}
