package dev.leantokens.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The Redis or Valkey with which the replicas share tokens and the budget; without a URL, each replica is on its own. */
@ConfigMapping(prefix = "store")
public interface StoreConfig {

    /** What kind of Redis the URL belongs to. */
    enum Type {
        /** One server, or an address that a platform keeps pointed at the primary one. */
        STANDALONE,
        /** Sentinels, which know the primary server. */
        SENTINEL,
        /** Redis Cluster. */
        CLUSTER
    }

    /**
     * The address as redis://host:port or, over TLS, rediss://host:port, optionally with a user and a password for it, and the
     * number of a database as path. Sentinels and clusters can have several, separated by commas.
     */
    Optional<String> url();

    /** What kind of Redis it is. */
    @WithDefault("standalone")
    Type type();

    /** The name by which sentinels know the primary server. */
    Optional<String> sentinelMaster();

    /** A file with the password, instead of a password in the URL. */
    Optional<Path> passwordFile();

    /** A PEM file with the authorities that the certificate of Redis is verified by, instead of the platform's. */
    Optional<Path> tlsCa();

    /**
     * The key that seals what is stored, as generate-store-key prints it; while it is replaced, also the other one behind a
     * comma: the first one seals.
     */
    Optional<String> key();

    /** A file with the key, instead of the key; while it is replaced, with two lines. */
    Optional<Path> keyFile();

    /** The start of all keys in Redis, for several services that share one. */
    @WithDefault("lean-tokens")
    String prefix();

    /** The longest time that a request waits for Redis, in all. */
    @WithDefault("50ms")
    Duration timeout();

    /** How long the replica that calls Lean for a token keeps others from doing the same. Default: LEAN_DEADLINE. */
    Optional<Duration> lease();

    /** How far the clocks of the replicas may differ without a warning. */
    @WithDefault("5s")
    Duration clockTolerance();
}
