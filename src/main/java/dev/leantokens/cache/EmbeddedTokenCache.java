package dev.leantokens.cache;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;

import dev.leantokens.error.TokenException;
import dev.leantokens.token.CachedToken;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenCache;
import dev.leantokens.token.TokenKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.cache.CaffeineCacheMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * Caches tokens in memory until they expire, up to a limit in bytes; the least frequently requested are evicted first. Also
 * caches refusals, for the credentials or for the credentials and a scope. Stays empty if it is disabled. Thread-safe.
 */
@Singleton
@RegisterForReflection(classNames = {
        // Caffeine loads the classes for these settings by name.
        EmbeddedTokenCache.CAFFEINE + "SSSMWA", EmbeddedTokenCache.CAFFEINE + "PSWMW",
        EmbeddedTokenCache.CAFFEINE + "SSMSW", EmbeddedTokenCache.CAFFEINE + "PSWMS" })
final class EmbeddedTokenCache implements TokenCache {

    static final String CAFFEINE = "com.github.benmanes.caffeine.cache.";

    /** Beyond this, a refusal is evicted early, and the same credentials reach Lean once more. */
    private static final int MAX_REFUSALS = 10_000;

    private final boolean enabled;
    private final Cache<TokenKey, CachedToken> tokens;
    private final Cache<Refused, TokenException> refusals;

    /** @param scope the refused scope; empty for all scopes */
    private record Refused(String fingerprint, Optional<Scope> scope) {

        /** Excludes the fingerprint. */
        @Override
        public String toString() {
            return "Refused[" + scope + "]";
        }
    }

    EmbeddedTokenCache(CacheConfig config, Clock clock, MeterRegistry registry) {
        this.enabled = config.enabled();
        Ticker ticker = () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
        this.tokens = Caffeine.newBuilder()
                .maximumWeight(enabled ? config.maxSize().asLongValue() : 0)
                .weigher((TokenKey key, CachedToken token) -> token.size())
                .expireAfter(Expiry.<TokenKey, CachedToken> writing(
                        (key, token) -> Duration.between(clock.instant(), token.expiresAt())))
                .recordStats()
                .ticker(ticker)
                // Maintenance is short; handing it to another thread would cost more.
                .executor(Runnable::run)
                .build();
        this.refusals = Caffeine.newBuilder()
                .maximumSize(MAX_REFUSALS)
                .expireAfterWrite(enabled ? config.negativeTtl() : Duration.ZERO)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
        if (enabled) {
            CaffeineCacheMetrics.monitor(registry, tokens, "tokens");
        }
    }

    /** Caffeine counts as puts only what a cache loads itself; this one loads nothing. */
    @Produces
    @Singleton
    static MeterFilter withoutPuts() {
        return MeterFilter.denyNameStartsWith("cache.puts");
    }

    @Override
    public boolean isEnabled() {
        return enabled;
    }

    @Override
    public Optional<CachedToken> find(TokenKey key) {
        return Optional.ofNullable(tokens.getIfPresent(key));
    }

    @Override
    public Optional<CachedToken> peek(TokenKey key) {
        return Optional.ofNullable(tokens.policy().getIfPresentQuietly(key));
    }

    @Override
    public void put(TokenKey key, CachedToken token) {
        if (enabled) {
            tokens.put(key, token);
        }
    }

    @Override
    public void forEach(BiConsumer<TokenKey, CachedToken> visitor) {
        tokens.asMap().forEach(visitor);
    }

    @Override
    public void evict(Predicate<TokenKey> selected) {
        tokens.asMap().forEach((key, token) -> {
            if (selected.test(key)) {
                evict(key, token);
            }
        });
    }

    @Override
    public void evict(TokenKey key, CachedToken token) {
        token.expire();
        tokens.asMap().remove(key, token);
    }

    @Override
    public Optional<TokenException> refusal(String fingerprint, Scope scope) {
        return Optional.ofNullable(refusals.getIfPresent(new Refused(fingerprint, Optional.empty())))
                .or(() -> Optional.ofNullable(refusals.getIfPresent(new Refused(fingerprint, Optional.of(scope)))));
    }

    @Override
    public void putRefusal(String fingerprint, Optional<Scope> scope, TokenException refusal) {
        if (enabled) {
            refusals.put(new Refused(fingerprint, scope), refusal);
        }
    }
}
