package dev.leantokens.limits;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.netty.channel.Channel;

/**
 * Closes a connection whose request takes too long until its response starts. The time of the first request includes that of a
 * TLS handshake. {@link Http1Requests} starts and stops the time of each one over HTTP/1.1. Over HTTP/2, requests do not block
 * each other, so {@link IncompleteFrame} times the client's preface and each frame or header block; bodies are timed where they
 * are read. Methods are called on the connection's event loop.
 */
final class RequestTimer {

    private final Channel connection;
    private final long requestNanos;
    private final LongSupplier clock;

    /** When the unanswered request started. */
    private long started;
    private boolean unanswered;
    /** One for the connection, however many requests it sends. */
    private Future<?> timer;

    /** Starts the time of the first request. */
    RequestTimer(Channel connection, long requestNanos, LongSupplier clock) {
        this.connection = connection;
        this.requestNanos = requestNanos;
        this.clock = clock;
        start();
    }

    /** Starts the time of a request, unless one is being timed. Its bytes can have arrived with those of the one before. */
    void start() {
        if (unanswered) {
            return;
        }
        unanswered = true;
        started = clock.getAsLong();
        if (timer == null) {
            schedule(requestNanos);
        }
    }

    /** Stops the time, until it is started again. */
    void stop() {
        unanswered = false;
    }

    /** Must be called when the connection is closed. */
    void cancel() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void schedule(long nanos) {
        timer = connection.eventLoop().schedule(() -> {
            timer = null;
            long left = requestNanos - (clock.getAsLong() - started);
            if (unanswered && left > 0) {
                schedule(left);
            } else if (unanswered) {
                connection.close();
            }
        }, nanos, TimeUnit.NANOSECONDS);
    }
}
