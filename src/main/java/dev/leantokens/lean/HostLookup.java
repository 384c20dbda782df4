package dev.leantokens.lean;

import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicReference;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Looks a host's name up before a connection does. The HTTP client does so on its event loop, in the native executable always,
 * and there a name server that does not answer would hold up everybody. Done by a worker first, the JVM has the answer by then:
 * it keeps it for 30 s, and a failure for 10 s. All who wait at a time wait for one lookup. Thread-safe.
 */
final class HostLookup {

    private final Vertx vertx;
    private final Resolver resolver;
    private final AtomicReference<Future<Void>> underWay = new AtomicReference<>();

    /** Finds the addresses of a host, and may take as long as it likes. */
    @FunctionalInterface
    interface Resolver {

        void resolve() throws UnknownHostException;
    }

    HostLookup(Vertx vertx, Resolver resolver) {
        this.vertx = vertx;
        this.resolver = resolver;
    }

    /** @return when the host's addresses are known, on the caller's context; or a failure if there are none */
    Uni<Void> look() {
        return Uni.createFrom().emitter(outcome -> {
            Context context = vertx.getOrCreateContext();
            Future<Void> present = underWay.get();
            (present == null ? begin() : present).onComplete(lookup -> context.runOnContext(nothing -> {
                if (lookup.succeeded()) {
                    outcome.complete(null);
                } else {
                    outcome.fail(lookup.cause());
                }
            }));
        });
    }

    private Future<Void> begin() {
        Future<Void> lookup = vertx.executeBlocking(() -> {
            resolver.resolve();
            return null;
        }, false);
        // Two that begin at once look twice: that costs a thread for the time of a lookup, which the JVM shares.
        underWay.set(lookup);
        return lookup.onComplete(ended -> underWay.compareAndSet(lookup, null));
    }
}
