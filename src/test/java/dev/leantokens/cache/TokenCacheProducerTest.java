package dev.leantokens.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.Settings;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.TokenCache;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;

class TokenCacheProducerTest {

    @Test
    void tokensAreKeptUnlessThatIsSwitchedOff() {
        assertThat(cache("cache.enabled", "true")).isInstanceOf(EmbeddedTokenCache.class);
        assertThat(cache("cache.enabled", "false")).isInstanceOf(NoTokenCache.class);
        assertThat(cache("cache.enabled", "false").isEnabled()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({ "cache.max-size, 255K, CACHE_MAX_SIZE", "cache.max-size, 9999999999G, CACHE_MAX_SIZE",
            "cache.negative-ttl, -1s, CACHE_NEGATIVE_TTL" })
    void settingThatMakesNoSenseRefusesToStart(String property, String value, String variable) {
        assertThatThrownBy(() -> cache(property, value)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(variable);
    }

    private static TokenCache cache(String property, String value) {
        return new TokenCacheProducer().tokenCache(Settings.of(CacheConfig.class, property, value), new TestClock(),
                new SimpleMeterRegistry());
    }
}
