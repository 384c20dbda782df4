package dev.leantokens.cache;

import static dev.leantokens.settings.SettingRule.require;

import java.math.BigInteger;
import java.time.Duration;

import jakarta.inject.Singleton;

import dev.leantokens.settings.SettingsCheck;

/** The rules for the settings of this package. */
@Singleton
final class CacheConfigRules implements SettingsCheck {

    /** Smaller caches could not hold even one response of the maximum size. */
    private static final BigInteger SMALLEST = BigInteger.valueOf(256 << 10);
    private static final BigInteger LARGEST = BigInteger.valueOf(1L << 40);
    private static final Duration LONGEST = Duration.ofHours(24);

    private final CacheConfig config;

    CacheConfigRules(CacheConfig config) {
        this.config = config;
    }

    @Override
    public void check() {
        BigInteger size = config.maxSize().asBigInteger();
        require(!config.enabled() || size.compareTo(SMALLEST) >= 0 && size.compareTo(LARGEST) <= 0,
                "CACHE_MAX_SIZE must be from 256K to 1024G; CACHE_ENABLED=false disables the cache");
        require(!config.negativeTtl().isNegative() && config.negativeTtl().compareTo(LONGEST) <= 0,
                "CACHE_NEGATIVE_TTL must be from 0s to " + LONGEST.toHours() + "h");
    }
}
