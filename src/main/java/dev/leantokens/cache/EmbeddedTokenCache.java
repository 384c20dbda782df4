package dev.leantokens.cache;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

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
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * Keeps tokens in memory until they expire, within a limit of bytes: what is asked for least goes first. Refusals are
 * kept too, of credentials and of credentials for a scope. Thread-safe.
 */
@RegisterForReflection(classNames = {
        // Caffeine finds by name the classes that its settings here need.
        EmbeddedTokenCache.CAFFEINE + "SSSMWA", EmbeddedTokenCache.CAFFEINE + "PSWMW",
        EmbeddedTokenCache.CAFFEINE + "SSMSW", EmbeddedTokenCache.CAFFEINE + "PSWMS" })
final class EmbeddedTokenCache implements TokenCache {

    static final String CAFFEINE = "com.github.benmanes.caffeine.cache.";

    /** As many credentials as can be remembered as refused. Who tries more of them at a time reaches Lean with some twice. */
    private static final int MAX_REFUSALS = 10_000;

    private final Cache<TokenKey, CachedToken> tokens;
    private final Cache<Refused, TokenException> refusals;

    /** @param scope the refused one; empty if all are */
    private record Refused(String fingerprint, Optional<Scope> scope) {

        @Override
        public String toString() {
            return "Refused[" + scope + "]";
        }
    }

    /**
     * @param maxBytes how much memory the tokens may take, about
     * @param negativeTtl for how long a refusal is kept
     */
    EmbeddedTokenCache(long maxBytes, Duration negativeTtl, Clock clock, MeterRegistry registry) {
        Ticker ticker = () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
        this.tokens = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((TokenKey key, CachedToken token) -> token.size())
                .expireAfter(Expiry.<TokenKey, CachedToken> writing(
                        (key, token) -> Duration.between(clock.instant(), token.expiresAt())))
                .recordStats()
                .ticker(ticker)
                // Its housekeeping is short, and another thread would only be woken up for it.
                .executor(Runnable::run)
                .build();
        CaffeineCacheMetrics.monitor(registry, tokens, "tokens");
        this.refusals = Caffeine.newBuilder()
                .maximumSize(MAX_REFUSALS)
                .expireAfterWrite(negativeTtl)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    @Override
    public boolean isEnabled() {
        return true;
    }

    @Override
    public Optional<CachedToken> find(TokenKey key) {
        return Optional.ofNullable(tokens.getIfPresent(key));
    }

    @Override
    public Optional<CachedToken> look(TokenKey key) {
        return Optional.ofNullable(tokens.policy().getIfPresentQuietly(key));
    }

    @Override
    public void keep(TokenKey key, CachedToken token) {
        tokens.put(key, token);
    }

    @Override
    public void keepOnlyOf(String certificate) {
        tokens.asMap().keySet().removeIf(key -> !key.certificate().equals(certificate));
    }

    @Override
    public Optional<TokenException> refusalOf(String fingerprint, Scope scope) {
        return Optional.ofNullable(refusals.getIfPresent(new Refused(fingerprint, Optional.empty())))
                .or(() -> Optional.ofNullable(refusals.getIfPresent(new Refused(fingerprint, Optional.of(scope)))));
    }

    @Override
    public void keepRefusal(String fingerprint, TokenException refusal) {
        refusals.put(new Refused(fingerprint, Optional.empty()), refusal);
    }

    @Override
    public void keepRefusal(String fingerprint, Scope scope, TokenException refusal) {
        refusals.put(new Refused(fingerprint, Optional.of(scope)), refusal);
    }
}
