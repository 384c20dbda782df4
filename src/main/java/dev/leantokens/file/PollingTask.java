package dev.leantokens.file;

import java.time.Duration;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Runs a task on a worker thread, every second: the next run starts one second after the last one has ended. */
public final class PollingTask implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final Runnable task;
    private final Duration interval;

    private volatile boolean closed;

    /** @param task must report its own failures: exceptions are swallowed */
    public PollingTask(Vertx vertx, Runnable task) {
        this(vertx, task, INTERVAL);
    }

    PollingTask(Vertx vertx, Runnable task, Duration interval) {
        this.vertx = vertx;
        this.task = task;
        this.interval = interval;
    }

    /** Starts polling. To be called once. */
    public void start() {
        if (!closed) {
            vertx.setTimer(interval.toMillis(), timer -> runNow().onComplete(done -> start()));
        }
    }

    /** Runs the task in addition to the scheduled runs, and perhaps beside one of them. */
    Future<Void> runNow() {
        return vertx.executeBlocking(() -> {
            if (!closed) {
                task.run();
            }
            return null;
        }, false);
    }

    /** No run starts after this. */
    @Override
    public void close() {
        closed = true;
    }
}
