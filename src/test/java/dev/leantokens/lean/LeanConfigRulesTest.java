package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.Settings;
import io.quarkus.runtime.configuration.ConfigurationException;

class LeanConfigRulesTest {

    @Test
    void defaultsAreValid() {
        assertThatCode(() -> LeanConfigRules.check(Settings.of(LeanConfig.class))).doesNotThrowAnyException();
    }

    @Test
    void proxyMayRequireAName() {
        assertThatCode(() -> LeanConfigRules.check(Settings.of(LeanConfig.class, "lean.proxy-url", "http://proxy:3128/",
                "lean.proxy-username", "user", "lean.proxy-password", "secret"))).doesNotThrowAnyException();
    }

    @Test
    void proxyNameWithoutProxyPreventsStart() {
        assertThatThrownBy(() -> LeanConfigRules.check(Settings.of(LeanConfig.class, "lean.proxy-username", "user",
                "lean.proxy-password", "secret"))).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("LEAN_PROXY_URL");
    }

    @ParameterizedTest
    @CsvSource({
            "lean.connect-timeout,       0s,   LEAN_CONNECT_TIMEOUT",
            "lean.connect-timeout,       -1s,  LEAN_CONNECT_TIMEOUT",
            "lean.connect-timeout,       4s,   LEAN_CONNECT_TIMEOUT",
            "lean.request-timeout,       0s,   LEAN_REQUEST_TIMEOUT",
            "lean.max-connections,       0,    LEAN_MAX_CONNECTIONS",
            "lean.max-response-size,     0,    LEAN_MAX_RESPONSE_SIZE",
            "lean.max-response-size,     2G,   LEAN_MAX_RESPONSE_SIZE",
            "lean.max-response-size,     9999999999G, LEAN_MAX_RESPONSE_SIZE",
            "lean.breaker-request-volume,         2147483647, LEAN_BREAKER_REQUEST_VOLUME",
            "lean.requests-per-minute,   0,    LEAN_REQUESTS_PER_MINUTE",
            "lean.max-attempts,          0,    LEAN_MAX_ATTEMPTS",
            "lean.retry-delay,           0s,   LEAN_RETRY_DELAY",
            "lean.retry-delay,           10s,  LEAN_RETRY_DELAY",
            "lean.deadline,              2s,   LEAN_DEADLINE",
            "lean.breaker-request-volume,         0,    LEAN_BREAKER_REQUEST_VOLUME",
            "lean.breaker-delay,         0s,   LEAN_BREAKER_DELAY",
            "lean.breaker-failure-ratio, 0,    LEAN_BREAKER_FAILURE_RATIO",
            "lean.breaker-failure-ratio, 1.1,  LEAN_BREAKER_FAILURE_RATIO",
            "lean.connection-lifetime,   0s,   LEAN_CONNECTION_LIFETIME",
            "lean.connection-idle-time,  900ms, LEAN_CONNECTION_IDLE_TIME",
            "lean.assertion-lifetime,    0s,   LEAN_ASSERTION_LIFETIME",
            "lean.assertion-lifetime,    11m,  LEAN_ASSERTION_LIFETIME",
            "lean.proxy-url,             proxy:3128, LEAN_PROXY_URL",
            "lean.proxy-url,             http://proxy, LEAN_PROXY_URL",
            "lean.proxy-url,             https://proxy:3128, LEAN_PROXY_URL",
            "lean.proxy-url,             http://proxy:3128/path, LEAN_PROXY_URL",
            "lean.proxy-url,             http://user:secret@proxy:3128, LEAN_PROXY_USERNAME",
            "lean.proxy-url,             http://us^er:s3cr3t@proxy:3128, LEAN_PROXY_USERNAME",
            "lean.proxy-url,             s_x:s3cr3t@proxy:3128, LEAN_PROXY_USERNAME",
            "lean.proxy-url,             http://proxy:0, LEAN_PROXY_URL",
            "lean.proxy-url,             http://proxy:65536, LEAN_PROXY_URL",
            "lean.proxy-username,        user, LEAN_PROXY_PASSWORD",
            "lean.proxy-password,        secret, LEAN_PROXY_USERNAME",
            "lean.breaker-failure-ratio, NaN,  LEAN_BREAKER_FAILURE_RATIO",
    })
    void invalidSettingPreventsStart(String property, String value, String message) {
        assertThatThrownBy(() -> LeanConfigRules.check(Settings.of(LeanConfig.class, property, value)))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining(message).message().doesNotContain("s3cr3t");
    }
}
