package dev.leantokens.file;

import java.time.Duration;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Has a worker thread look at something every second. The next look begins a second after the last has ended. */
public final class PollingTask implements AutoCloseable {

    /** How long a change can go unnoticed. */
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final Runnable look;
    private final Duration interval;

    private volatile boolean closed;

    /** @param look fails by nobody's noticing, so it has to say itself what is wrong */
    public PollingTask(Vertx vertx, Runnable look) {
        this(vertx, look, INTERVAL);
    }

    PollingTask(Vertx vertx, Runnable look, Duration interval) {
        this.vertx = vertx;
        this.look = look;
        this.interval = interval;
    }

    /** Begins to look; once. */
    public void start() {
        if (!closed) {
            vertx.setTimer(interval.toMillis(), passed -> now().onComplete(looked -> start()));
        }
    }

    /** @return when it has been looked, besides the looks that there are anyway */
    Future<Void> now() {
        return vertx.executeBlocking(() -> {
            look.run();
            return null;
        }, false);
    }

    /** No look begins after this. */
    @Override
    public void close() {
        closed = true;
    }
}
