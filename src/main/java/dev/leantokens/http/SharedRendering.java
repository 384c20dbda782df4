package dev.leantokens.http;

import java.time.Duration;
import java.util.concurrent.Callable;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;

/**
 * Renders a text on a worker thread, once for all concurrent requests and at most once in every {@link #INTERVAL}. No request
 * gets a text whose rendering started before the request. Thread-safe.
 */
public final class SharedRendering {

    /** The pause between two renderings. At 2 ms for a rendering, they use a tenth of a processor at most. */
    static final Duration INTERVAL = Duration.ofMillis(20);

    private final Vertx vertx;
    private final Callable<String> source;

    /** The rendering to start next, which new requests wait for. */
    private Promise<Buffer> next = Promise.promise();
    private boolean requested;
    /** From the start of a rendering to the end of the pause after it. */
    private boolean busy;

    /** @param source called on a worker thread, never concurrently */
    public SharedRendering(Vertx vertx, Callable<String> source) {
        this.vertx = vertx;
        this.source = source;
    }

    /** @return the text of the next rendering to start, completed on any thread */
    public synchronized Future<Buffer> next() {
        Future<Buffer> rendering = next.future();
        requested = true;
        if (!busy) {
            start();
        }
        return rendering;
    }

    private void start() {
        busy = true;
        requested = false;
        Promise<Buffer> current = next;
        next = Promise.promise();
        vertx.executeBlocking(() -> Buffer.buffer(source.call()), false).onComplete(result -> {
            vertx.setTimer(INTERVAL.toMillis(), timer -> endPause());
            current.handle(result);
        });
    }

    private synchronized void endPause() {
        busy = false;
        if (requested) {
            start();
        }
    }
}
