package dev.leantokens.lean;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;

/**
 * Ends a call that takes too long, on the event loop that the call runs on. Mutiny's own limit ends it on a worker thread,
 * where the HTTP client's cancellation waits for that event loop: under load all workers end up waiting, and with them every
 * further limit.
 */
final class TimeLimit {

    private final Vertx vertx;
    private final Duration limit;

    TimeLimit(Vertx vertx, Duration limit) {
        this.vertx = vertx;
        this.limit = limit;
    }

    /** @return the call, or a {@link TimeoutException} once the limit has passed; the call is cancelled then */
    <T> Uni<T> on(Uni<T> call) {
        return Uni.createFrom().emitter(outcome -> {
            long timer = vertx.setTimer(limit.toMillis(), passed -> outcome.fail(new TimeoutException()));
            Cancellable running = call.subscribe().with(outcome::complete, outcome::fail);
            outcome.onTermination(() -> {
                vertx.cancelTimer(timer);
                running.cancel();
            });
        });
    }
}
