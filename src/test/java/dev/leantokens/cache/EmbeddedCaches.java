package dev.leantokens.cache;

import java.time.Clock;

import dev.leantokens.testing.Settings;
import dev.leantokens.token.AcceptedCredentials;
import dev.leantokens.token.TokenCache;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** The application's caches, for tests of other packages. */
public final class EmbeddedCaches {

    private static final CacheConfig CONFIG = Settings.of(CacheConfig.class);

    private EmbeddedCaches() {
    }

    public static TokenCache tokens(Clock clock) {
        return new EmbeddedTokenCache(CONFIG, clock, new SimpleMeterRegistry());
    }

    public static AcceptedCredentials accepted(Clock clock) {
        return new EmbeddedAcceptedCredentials(clock);
    }
}
