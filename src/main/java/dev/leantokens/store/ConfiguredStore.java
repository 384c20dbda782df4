package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.leantokens.StartOrder;
import dev.leantokens.lean.LeanAccount;
import dev.leantokens.token.TokenStandIn;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * The store as it is configured. Produces what the other classes of this package are made of; without STORE_URL, the link is
 * empty, there are no keys, and no client of Redis is created.
 */
@Singleton
final class ConfiguredStore {

    private static final Logger LOG = Logger.getLogger(ConfiguredStore.class);

    /** How long the start waits for Redis, since requests that come earlier would be answered without it. */
    private static final Duration START_LIMIT = RedisLink.FIRST_PATIENCE.plusMillis(100);
    /** After ports are closed: observers of shutdown run in ascending order of priority. */
    static final int LAST = Integer.MAX_VALUE;

    private final StoreNames names;
    private final List<StoreUrl> urls;
    private final StoreKeys keys;
    private final Optional<RedisLink> link;
    private final Optional<SecretFile<List<StoreKey>>> keyFile;
    private final Optional<SecretFile<String>> passwordFile;

    /** @throws ConfigurationException if the settings are invalid; the message is for an operator */
    ConfiguredStore(StoreConfig config, LeanAccount account, TokenStandIn standIn, Vertx vertx, Clock clock,
            MeterRegistry registry) {
        this.urls = StoreConfigRules.check(config);
        this.names = StoreNames.of(config.prefix(), standIn.isUsed() ? Optional.empty() : Optional.of(account.url()));
        this.keyFile = config.keyFile()
                .map(file -> new SecretFile<>(vertx, "STORE_KEY_FILE", file, ConfiguredKeys::parse,
                        read -> ": " + ConfiguredKeys.describe(read)));
        List<StoreKey> fixed = config.key().map(ConfiguredStore::parseKeys).orElse(List.of());
        this.keys = () -> keyFile.map(SecretFile::current).orElse(fixed);
        this.passwordFile = config.passwordFile()
                .map(file -> new SecretFile<>(vertx, "STORE_PASSWORD_FILE", file, ConfiguredStore::parsePassword));
        this.link = urls.isEmpty() ? Optional.empty()
                : Optional.of(link(new RedisClients(config.type(), urls, config.sentinelMaster(),
                        config.tlsCa(), () -> passwordFile.map(SecretFile::current)), config, vertx, clock,
                        registry));
    }

    private RedisLink link(RedisClients clients, StoreConfig config, Vertx vertx, Clock clock, MeterRegistry registry) {
        LinkMetrics metrics = new LinkMetrics(registry);
        RedisLink redis = new RedisLink(vertx, clients, names, keys, config.timeout(), clock, metrics);
        ClockComparison clocks = new ClockComparison(clock, config.clockTolerance());
        KeyComparison replicaKeys = new KeyComparison(clock);
        redis.addListener(clocks);
        redis.addListener(replicaKeys);
        metrics.observe(redis, clocks, replicaKeys);
        return redis;
    }

    static List<StoreKey> parseKeys(String text) {
        try {
            return ConfiguredKeys.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("STORE_KEY is unusable: " + e.getMessage());
        }
    }

    static String parsePassword(String text) {
        String password = text.strip();
        if (password.isEmpty()) {
            throw new IllegalArgumentException("it is empty");
        }
        return password;
    }

    /** Starts the link, and waits a little for it. The ports open afterwards. */
    void start(@Observes @Priority(StartOrder.STORE) StartupEvent event) {
        keyFile.ifPresent(SecretFile::start);
        passwordFile.ifPresent(SecretFile::start);
        link.ifPresent(redis -> {
            await(redis.start(), START_LIMIT);
            LOG.info("Replicas share tokens and calls by Redis at "
                    + urls.stream().map(StoreUrl::address).collect(Collectors.joining(", "))
                    + (redis.isUp() ? ", this one and " + (redis.replicas() - 1) + " more" : ", once it is available")
                    + "; " + ConfiguredKeys.describe(keys.current()));
        });
    }

    void stop(@Observes @Priority(LAST) ShutdownEvent event) {
        keyFile.ifPresent(SecretFile::close);
        passwordFile.ifPresent(SecretFile::close);
        link.ifPresent(redis -> await(redis.close(), START_LIMIT));
    }

    /** Called on the main thread, which may block. */
    private static void await(Future<Void> done, Duration limit) {
        try {
            done.toCompletionStage().toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.debug("Redis takes longer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("never fails", e);
        }
    }

    /** @return as {@link #link()}, with what operators see of it */
    Optional<RedisLink> redis() {
        return link;
    }

    /** @return the link to Redis; empty without STORE_URL */
    @Produces
    @Singleton
    Optional<StoreLink> link() {
        return link.map(StoreLink.class::cast);
    }

    /** @return the keys; none without STORE_URL */
    @Produces
    @Singleton
    StoreKeys keys() {
        return keys;
    }

    @Produces
    @Singleton
    StoreNames names() {
        return names;
    }
}
