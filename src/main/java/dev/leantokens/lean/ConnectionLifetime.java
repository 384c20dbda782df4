package dev.leantokens.lean;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;

/**
 * Ends connections that have been used for long enough: a busy one would else stay for ever, with an address that Lean has
 * left. The pool knows only how long a connection has not been used. Thread-safe.
 */
final class ConnectionLifetime {

    private final long nanos;
    private final LongSupplier clock;
    private final Map<HttpConnection, Long> firstUsed = new ConcurrentHashMap<>();

    /** @param clock nanoseconds since some time */
    ConnectionLifetime(Duration lifetime, LongSupplier clock) {
        this.nanos = lifetime.toNanos();
        this.clock = clock;
    }

    /** Makes the request its connection's last one, if the connection is old. The request must not have been sent yet. */
    void limit(HttpClientRequest request) {
        HttpConnection connection = request.connection();
        long now = clock.getAsLong();
        Long first = firstUsed.putIfAbsent(connection, now);
        if (first == null) {
            connection.closeHandler(closed -> firstUsed.remove(connection));
        } else if (now - first > nanos) {
            request.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }
}
