package dev.leantokens.lean;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import jakarta.enterprise.context.ApplicationScoped;

import io.netty.channel.Channel;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Puts a {@link ConnectionGuard} on each connection to Lean, ends connections after their lifetime, and closes idle ones
 * that are likely to be stale. The REST client's pool only knows an idle time. Thread-safe.
 */
@ApplicationScoped
class ConnectionGuards {

    private final Duration lifetime;
    private final Duration patience;
    private final LeanAddresses addresses;
    private final LongSupplier clock = System::nanoTime;
    private final Set<ConnectionGuard> guards = ConcurrentHashMap.newKeySet();
    private final ConnectionGuard.Listener listener = new ConnectionGuard.Listener() {

        @Override
        public void stale() {
            closeIdle();
        }

        @Override
        public void served(SocketAddress address) {
            addresses.served(address);
        }

        @Override
        public void failed(SocketAddress address) {
            addresses.failed(address);
        }

        @Override
        public void closed(ConnectionGuard guard) {
            guards.remove(guard);
        }
    };

    ConnectionGuards(LeanConfig config, LeanAddresses addresses) {
        this.lifetime = config.connectionLifetime();
        // Before the REST client's own limit, which cannot tell a reused connection from a new one.
        this.patience = LeanTokenEndpoint.patience(config);
        this.addresses = addresses;
    }

    /** Prepares a request that has its connection, and has not been sent. */
    void prepare(HttpClientRequest request) {
        if (!(request.connection() instanceof ConnectionBase connection)) {
            request.reset(0, new IllegalStateException("the connection to Lean is of an unknown kind"));
            return;
        }
        ConnectionGuard guard = ConnectionGuard.of(connection.channel());
        if (guard == null) {
            guard = install(connection.channel());
        } else if (clock.getAsLong() - guard.opened() > lifetime.toNanos()) {
            // A busy connection would otherwise stay for ever, with an address that Lean has left.
            request.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        if (!guard.use()) {
            request.reset(0, new StaleConnectionException("a reused connection broke before the request was sent"));
        }
    }

    /** Closes the connections that no request uses. Those in use are not touched. */
    void closeIdle() {
        guards.forEach(ConnectionGuard::closeIfIdle);
    }

    private ConnectionGuard install(Channel channel) {
        ConnectionGuard guard = ConnectionGuard.install(channel, clock.getAsLong(), patience, listener);
        // Before it is in the set, from which it could be closed as idle.
        boolean open = guard.use();
        guards.add(guard);
        if (!open) {
            guards.remove(guard);
        }
        return guard;
    }
}
