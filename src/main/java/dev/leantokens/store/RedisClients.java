package dev.leantokens.store;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import dev.leantokens.store.ReplyLimits.LimitingVertx;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;

/**
 * Creates clients of Redis, as it is configured. Each is used for one connection and then closed, because a client of Vert.x
 * leaves a socket open whose handshake failed, and does not notice a new password or primary server.
 *
 * @param master the name by which sentinels know the primary server
 * @param authorities a PEM file; read for each client
 * @param filePassword gets the password of a file, for each client; empty if no file is configured
 */
record RedisClients(StoreConfig.Type type, List<StoreUrl> urls, Optional<String> master, Optional<Path> authorities,
        Supplier<Optional<String>> filePassword) {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    /** Far above what is waiting within the timeout of a script. */
    private static final int MAX_WAITING = 10_000;

    /** @return as {@link #forScripts(Vertx, int)}, with the addresses in their order */
    Redis forScripts(Vertx vertx) {
        return forScripts(vertx, 0);
    }

    /**
     * @param attempt the number of this attempt. Each starts with another address: Vert.x tries them in turn, but waits for one
     *        that does not answer.
     * @return a client for scripts, whose connections are on the current event loop
     */
    Redis forScripts(Vertx vertx, int attempt) {
        RedisOptions options = options().setType(switch (type) {
            case STANDALONE -> RedisClientType.STANDALONE;
            case SENTINEL -> RedisClientType.SENTINEL;
            case CLUSTER -> RedisClientType.CLUSTER;
        });
        List<StoreUrl> rotated = new ArrayList<>(urls);
        Collections.rotate(rotated, -attempt);
        rotated.forEach(url -> options.addConnectionString(url.connectionString(filePassword.get())));
        master.ifPresent(options::setMasterName);
        return Redis.createClient(new LimitingVertx((VertxInternal) vertx), options);
    }

    /**
     * @param attempt the number of this attempt
     * @return a client for the subscription; for a cluster that of one server, since each gets all messages
     */
    Redis forMessages(Vertx vertx, int attempt) {
        if (type != StoreConfig.Type.CLUSTER) {
            return forScripts(vertx, attempt);
        }
        StoreUrl url = urls.get(Math.floorMod(attempt, urls.size()));
        return Redis.createClient(new LimitingVertx((VertxInternal) vertx), options().setType(RedisClientType.STANDALONE)
                .addConnectionString(url.connectionString(filePassword.get())));
    }

    /** Looks up the hosts, which blocks. Failures are left to the client. */
    void lookUpHosts() {
        for (StoreUrl url : urls) {
            try {
                InetAddress.getAllByName(url.host());
            } catch (UnknownHostException e) {
                // The client finds the same in the JVM's cache.
            }
        }
    }

    private RedisOptions options() {
        NetClientOptions net = new NetClientOptions().setTcpNoDelay(true).setTcpKeepAlive(true)
                .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis())
                .setSslHandshakeTimeout(CONNECT_TIMEOUT.toMillis()).setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        if (urls.get(0).encrypted()) {
            net.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
            authorities.ifPresent(file -> net.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
        }
        // The connection is never recycled, so nothing has to be cleaned up in the pool.
        return new RedisOptions().setNetClientOptions(net).setMaxWaitingHandlers(MAX_WAITING).setPoolCleanerInterval(-1)
                .setPoolRecycleTimeout(-1);
    }

    /** Leaves out the URLs, which can have a password. */
    @Override
    public String toString() {
        return "RedisClients[" + type + "]";
    }
}
