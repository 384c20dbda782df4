package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.leantokens.cache.CacheConfig;
import dev.leantokens.lean.LeanConfig;
import dev.leantokens.limits.LimitsConfig;
import dev.leantokens.token.TokenStore;
import dev.leantokens.trace.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;

/** Produces the store of tokens as it is configured. */
@Singleton
final class TokenStoreProducer {

    private static final Logger LOG = Logger.getLogger(TokenStoreProducer.class);

    TokenStoreProducer() {
    }

    /** From now on, requests get the time of a call to Lean, and no more. */
    void endWaits(@Observes ShutdownDelayInitiatedEvent event, TokenStore store) {
        if (store instanceof RedisTokenStore redis) {
            redis.endWaits();
        }
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
            LeanConfig lean, CacheConfig cache, LimitsConfig limits, Clock clock, Vertx vertx, MeterRegistry registry,
            Traces traces) {
        if (link.isEmpty()) {
            return TokenStore.NONE;
        }
        Duration lease = config.lease().orElse(lean.deadline());
        checkLease(lease, lean.deadline());
        StoreTimes times = new StoreTimes(config.timeout(), lease, longestWait(lease, limits.requestTime()),
                cache.negativeTtl(),
                config.clockTolerance());
        ForgottenTokens forgotten = new ForgottenTokens(link.get(), keys, names, clock,
                new UnusableEntries(clock, registry), vertx);
        link.get().addListener(forgotten);
        return new RedisTokenStore(link.get(), keys, names, times, forgotten, clock, vertx, registry,
                new StoreSpans(traces));
    }

    static void checkLease(Duration lease, Duration deadline) {
        if (lease.compareTo(deadline) < 0) {
            LOG.warn("STORE_LEASE is shorter than LEAN_DEADLINE: while a replica still calls Lean for a token, another one can "
                    + "start to do the same");
        }
    }

    /**
     * Long enough for a replica that dies, and then for the call of another. A request that has waited still makes a call, and
     * its connection is closed after {@link LimitsConfig#requestTime()} and the time of a call.
     */
    static Duration longestWait(Duration lease, Duration requestTime) {
        Duration wanted = lease.multipliedBy(3).dividedBy(2);
        Duration possible = requestTime.multipliedBy(3).dividedBy(4);
        return wanted.compareTo(possible) < 0 ? wanted : possible;
    }
}
