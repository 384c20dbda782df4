package dev.leantokens.store;

import java.time.Duration;
import java.util.List;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;

/**
 * Redis, as the store uses it. While Redis is down, everything fails at once: nothing is sent but a probe now and then.
 * Implementations are thread-safe and never block.
 */
interface StoreLink {

    /** Receives what happens; called on any event loop, must not block. */
    interface Listener {

        /** Redis can be used from now on: at first, or again after an outage, in which messages were missed. */
        default void connected() {
        }

        /** Redis cannot be used from now on. */
        default void disconnected() {
        }

        /** Redis answered a heartbeat: right after {@link #connected()}, and then every half second. */
        default void pulse(StorePulse pulse) {
        }

        /** A message of a replica, also of this one. It may come from anyone who can write Redis. */
        default void message(Buffer message) {
        }
    }

    /**
     * Runs a script, in one round trip.
     *
     * @param keys the keys that it uses, all in one slot
     * @param arguments its other arguments
     * @param patience how long to wait; at most STORE_TIMEOUT
     * @return its reply on the caller's context; or {@link StoreUnavailableException}
     */
    Uni<Response> run(StoreScript script, List<String> keys, List<Buffer> arguments, Duration patience);

    /** As {@link #run}, for what no request waits for: with more patience than STORE_TIMEOUT. */
    Uni<Response> runInBackground(StoreScript script, List<String> keys, List<Buffer> arguments);

    /** Sends a message to all replicas. Never fails: a message can be lost, and each has a fallback. */
    void send(Buffer message);

    /** @return whether Redis can be used now */
    boolean isUp();

    /** @return the number of replicas that used Redis when this one last did, which is among them; 1 before that */
    int replicas();

    /** Adds a listener. If Redis can be used now, the listener may miss {@link Listener#connected()}. */
    void addListener(Listener listener);
}
