package dev.leantokens.health;

import java.time.Duration;
import java.util.concurrent.Callable;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;

/**
 * Has a worker thread render a text once for all who ask at a time, and never more often than every {@link #INTERVAL}, however
 * many ask. Nobody gets a text that is older than the request. Thread-safe.
 */
final class SharedRendering {

    /** From the end of one to the beginning of the next. At 2 ms for one this is a tenth of a processor at most. */
    static final Duration INTERVAL = Duration.ofMillis(20);

    private final Vertx vertx;
    private final Callable<String> source;

    /** What those wait for who ask now, unless it can begin at once. */
    private Promise<Buffer> next = Promise.promise();
    private boolean wanted;
    /** From when one begins until the interval behind it is over. */
    private boolean busy;

    /** @param source is called by a worker thread, never twice at a time */
    SharedRendering(Vertx vertx, Callable<String> source) {
        this.vertx = vertx;
        this.source = source;
    }

    /** @return the next text that has not been started, on any thread */
    synchronized Future<Buffer> next() {
        Future<Buffer> rendering = next.future();
        wanted = true;
        if (!busy) {
            begin();
        }
        return rendering;
    }

    private void begin() {
        busy = true;
        wanted = false;
        Promise<Buffer> current = next;
        next = Promise.promise();
        vertx.executeBlocking(() -> Buffer.buffer(source.call()), false).onComplete(ended -> {
            vertx.setTimer(INTERVAL.toMillis(), passed -> rested());
            current.handle(ended);
        });
    }

    private synchronized void rested() {
        busy = false;
        if (wanted) {
            begin();
        }
    }
}
