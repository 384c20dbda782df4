package dev.leantokens.limits;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.Settings;
import io.quarkus.runtime.configuration.ConfigurationException;

class LimitsConfigRulesTest {

    @ParameterizedTest
    @CsvSource({
            "limits.connections,          0,        LIMITS_CONNECTIONS",
            "limits.connections-per-peer, 0,        LIMITS_CONNECTIONS_PER_PEER",
            "limits.connections-per-peer, 10001,    LIMITS_CONNECTIONS_PER_PEER",
            "limits.request-time,         0s,       LIMITS_REQUEST_TIME",
            "limits.request-time,         61m,      LIMITS_REQUEST_TIME",
            "limits.request-time,         9999999d, LIMITS_REQUEST_TIME",
    })
    void invalidSettingStopsTheStart(String property, String value, String variable) {
        LimitsConfigRules rules = new LimitsConfigRules(Settings.of(LimitsConfig.class, property, value));

        assertThatThrownBy(rules::check).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(variable + " must be");
    }
}
