package dev.leantokens.issuer;

import java.util.concurrent.Callable;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Makes a blocking call on a worker thread. Callers that come meanwhile share it, so that a call that never ends occupies one
 * thread only. Thread-safe.
 */
final class SharedCall<T> {

    private final Vertx vertx;
    private final Callable<T> call;
    private Future<T> running = Future.failedFuture("not started");

    SharedCall(Vertx vertx, Callable<T> call) {
        this.vertx = vertx;
        this.call = call;
    }

    /** @return the result, completed on any thread */
    synchronized Future<T> make() {
        if (running.isComplete()) {
            running = vertx.executeBlocking(call, false);
        }
        return running;
    }

    synchronized boolean isRunning() {
        return !running.isComplete();
    }
}
