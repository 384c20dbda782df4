package dev.leantokens.cache;

import java.time.Clock;

import dev.leantokens.testing.Settings;
import dev.leantokens.token.AcceptedCredentials;
import dev.leantokens.token.TokenCache;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** The application's cache, for benchmarks of other packages. */
public final class ConfiguredCache {

    private ConfiguredCache() {
    }

    /** @return the cache with the default settings */
    public static TokenCache byDefault(Clock clock) {
        return new EmbeddedTokenCache(Settings.of(CacheConfig.class), clock, new SimpleMeterRegistry());
    }

    /** @return the application's memory of accepted credentials */
    public static AcceptedCredentials accepted(Clock clock) {
        return new EmbeddedAcceptedCredentials(clock);
    }
}
