package dev.leantokens.lean;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.lean.LeanFailure.StaleConnectionException;
import io.netty.channel.Channel;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Installs a {@link ConnectionGuard} on each connection to Lean, ends connections after their lifetime, and closes idle ones
 * that are likely to be stale. The REST client's pool only has an idle timeout. Thread-safe.
 */
@ApplicationScoped
class ConnectionGuards {

    private final Duration lifetime;
    private final Duration silenceLimit;
    private final LeanAddresses addresses;
    private final Set<ConnectionGuard> guards = ConcurrentHashMap.newKeySet();

    ConnectionGuards(LeanConfig config, LeanAddresses addresses) {
        this.lifetime = config.connectionLifetime();
        this.silenceLimit = LeanTokenEndpoint.silenceLimit(config);
        this.addresses = addresses;
    }

    /** Prepares a request that has its connection and has not been sent. */
    void prepare(HttpClientRequest request) {
        if (!(request.connection() instanceof ConnectionBase connection)) {
            request.reset(0, new IllegalStateException("the connection to Lean is of an unknown class"));
            return;
        }
        Consumer<Throwable> reset = failure -> request.reset(0, failure);
        ConnectionGuard guard = ConnectionGuard.of(connection.channel());
        if (guard == null) {
            guard = install(connection.channel(), reset);
        } else if (System.nanoTime() - guard.openedAt() > lifetime.toNanos()) {
            // A busy connection would otherwise stay open for ever, even after Lean has left its address.
            request.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        if (!guard.use(reset)) {
            request.reset(0, new StaleConnectionException("a reused connection broke before the request was sent"));
        }
    }

    /** Closes the connections that are not in use. */
    void closeIdle() {
        guards.forEach(ConnectionGuard::closeIfIdle);
    }

    void remove(ConnectionGuard guard) {
        guards.remove(guard);
    }

    private ConnectionGuard install(Channel channel, Consumer<Throwable> reset) {
        ConnectionGuard guard = ConnectionGuard.install(channel, System.nanoTime(), silenceLimit, this, addresses);
        // In use before it is in the set, so that it cannot be closed as idle.
        boolean open = guard.use(reset);
        guards.add(guard);
        if (!open) {
            guards.remove(guard);
        }
        return guard;
    }
}
