package dev.leantokens.cache;

import java.time.Clock;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import dev.leantokens.token.TokenCache;
import io.quarkus.runtime.configuration.ConfigurationException;

/** Makes the cache that the configuration asks for. */
class TokenCacheProducer {

    /** Less would hold a handful of tokens, and none that is as long as an answer of Lean may be. */
    private static final long SMALLEST = 256 * 1024;

    @Produces
    @Singleton
    TokenCache tokenCache(CacheConfig config, Clock clock) {
        if (!config.enabled()) {
            return new NoTokenCache();
        }
        if (config.maxSize().asLongValue() < SMALLEST) {
            throw new ConfigurationException("CACHE_MAX_SIZE must be at least 256K; CACHE_ENABLED=false keeps no token at all");
        }
        if (config.refusalMemory().isNegative()) {
            throw new ConfigurationException("CACHE_REFUSAL_MEMORY must not be negative");
        }
        return new EmbeddedTokenCache(config.maxSize().asLongValue(), config.refusalMemory(), clock);
    }
}
