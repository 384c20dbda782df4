package dev.leantokens.cache;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.Settings;
import io.quarkus.runtime.configuration.ConfigurationException;

class CacheConfigRulesTest {

    @ParameterizedTest
    @CsvSource({ "cache.max-size, 255K, CACHE_MAX_SIZE", "cache.max-size, 9999999999G, CACHE_MAX_SIZE",
            "cache.negative-ttl, -1s, CACHE_NEGATIVE_TTL", "cache.negative-ttl, 25h, CACHE_NEGATIVE_TTL" })
    void invalidSettingStopsTheStart(String property, String value, String variable) {
        CacheConfigRules rules = new CacheConfigRules(Settings.of(CacheConfig.class, property, value));

        assertThatThrownBy(rules::check).isInstanceOf(ConfigurationException.class).hasMessageContaining(variable);
    }

    @Test
    void sizeOfADisabledCacheIsNotChecked() {
        CacheConfigRules rules = new CacheConfigRules(
                Settings.of(CacheConfig.class, "cache.enabled", "false", "cache.max-size", "0"));

        assertThatCode(rules::check).doesNotThrowAnyException();
    }
}
