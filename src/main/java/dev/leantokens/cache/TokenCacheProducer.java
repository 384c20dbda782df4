package dev.leantokens.cache;

import java.math.BigInteger;
import java.time.Clock;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import dev.leantokens.token.TokenCache;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkus.runtime.configuration.ConfigurationException;

/** Makes the cache that the configuration asks for. */
class TokenCacheProducer {

    /** Less would hold a handful of tokens, and none that is as long as an answer of Lean may be. */
    private static final BigInteger SMALLEST = BigInteger.valueOf(256 << 10);
    private static final BigInteger LARGEST = BigInteger.valueOf(1L << 40);

    /** Caffeine counts as puts what a cache has loaded by itself, which this one does not. */
    @Produces
    @Singleton
    MeterFilter noCountOfPuts() {
        return MeterFilter.denyNameStartsWith("cache.puts");
    }

    @Produces
    @Singleton
    TokenCache tokenCache(CacheConfig config, Clock clock, MeterRegistry registry) {
        if (!config.enabled()) {
            return new NoTokenCache();
        }
        BigInteger size = config.maxSize().asBigInteger();
        if (size.compareTo(SMALLEST) < 0 || size.compareTo(LARGEST) > 0) {
            throw new ConfigurationException(
                    "CACHE_MAX_SIZE must be from 256K to 1024G; CACHE_ENABLED=false keeps no token at all");
        }
        if (config.negativeTtl().isNegative()) {
            throw new ConfigurationException("CACHE_NEGATIVE_TTL must not be negative");
        }
        return new EmbeddedTokenCache(config.maxSize().asLongValue(), config.negativeTtl(), clock, registry);
    }
}
