package dev.leantokens.lean;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Resolves a host name on a worker thread before a connection needs it. The HTTP client resolves on its event loop (always
 * so in the native executable), where a name server that does not respond would block every request. After this lookup it
 * finds the result in the JVM's cache, which keeps a result for 30 s and a failure for 10 s. Concurrent callers share one
 * lookup. Thread-safe.
 */
public final class HostLookup {

    private final Vertx vertx;
    private final Callable<?> resolver;
    private final AtomicReference<Future<?>> pending = new AtomicReference<>();

    /** @param resolver resolves the name; may block */
    public HostLookup(Vertx vertx, Callable<?> resolver) {
        this.vertx = vertx;
        this.resolver = resolver;
    }

    /** @return completes on the caller's context once the name is resolved, or fails as the resolver did */
    public Uni<Void> resolve() {
        return Uni.createFrom().emitter(outcome -> {
            Context context = vertx.getOrCreateContext();
            Future<?> current = pending.get();
            (current == null ? start() : current).onComplete(lookup -> context.runOnContext(nothing -> {
                if (lookup.succeeded()) {
                    outcome.complete(null);
                } else {
                    outcome.fail(lookup.cause());
                }
            }));
        });
    }

    private Future<?> start() {
        Future<?> lookup = vertx.executeBlocking(resolver, false);
        // Two threads that start at once resolve twice, which only occupies one more worker thread.
        pending.set(lookup);
        return lookup.onComplete(ended -> pending.compareAndSet(lookup, null));
    }
}
