package dev.leantokens.store;

import java.time.Clock;
import java.util.Optional;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import dev.leantokens.cache.CacheConfig;
import dev.leantokens.lean.LeanConfig;
import dev.leantokens.token.TokenStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;

/** Produces the store of tokens as it is configured. */
@Singleton
final class TokenStoreProducer {

    TokenStoreProducer() {
    }

    /** Before the link closes, when no request is in progress any more. */
    void stop(@Observes @Priority(ConfiguredStore.LAST - 1) ShutdownEvent event, TokenStore store) {
        if (store instanceof RedisTokenStore redis) {
            redis.close();
        }
    }

    /** @return {@link TokenStore#NONE} without STORE_URL */
    @Produces
    @Singleton
    static TokenStore tokenStore(Optional<StoreLink> link, StoreKeys keys, StoreNames names, StoreConfig config,
            LeanConfig lean, CacheConfig cache, Clock clock, Vertx vertx, MeterRegistry registry) {
        if (link.isEmpty()) {
            return TokenStore.NONE;
        }
        StoreTimes times = new StoreTimes(config.timeout(), config.lease().orElse(lean.deadline()), cache.negativeTtl(),
                config.clockTolerance());
        ForgottenTokens forgotten = new ForgottenTokens(link.get(), keys, names, config.timeout());
        link.get().addListener(forgotten);
        return new RedisTokenStore(link.get(), keys, names, times, forgotten, clock, vertx, registry);
    }
}
