package dev.leantokens.lean;

import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import dev.leantokens.error.TokenException;
import dev.leantokens.lean.LeanFailure.StoppedException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;

/**
 * Gets a call through to Lean. If only a connection or an address fails, Lean itself may be fine: the call is repeated at
 * once on a new connection or to the next address, as part of the same attempt, which neither the retries nor the breaker
 * see. Thread-safe.
 */
final class LeanRoute {

    private static final Uni<Boolean> YES = Uni.createFrom().item(true);
    private static final Uni<Boolean> NO = Uni.createFrom().item(false);

    /** By how much a busy machine can be late. */
    static final Duration TIMERS_LATE = Duration.ofSeconds(1);

    private final LeanConnections connections;
    private final ConnectionGuards guards;
    private final LeanAddresses addresses;
    private final Vertx vertx;
    private final Duration longestCall;
    private final Clock clock;

    /** Makes one call. */
    @FunctionalInterface
    interface Call<T> {

        /**
         * @param api the client to use
         * @param onNewConnection whether the connection serves no other call
         */
        Uni<T> make(LeanApi api, boolean onNewConnection);
    }

    /** @param longestCall the time limit of one call */
    LeanRoute(LeanConnections connections, ConnectionGuards guards, LeanAddresses addresses, Vertx vertx,
            Duration longestCall, Clock clock) {
        this.connections = connections;
        this.guards = guards;
        this.addresses = addresses;
        this.vertx = vertx;
        this.longestCall = longestCall;
        this.clock = clock;
    }

    /**
     * @param call the call, which is made once or several times
     * @param alone whether it needs a connection that serves no other call
     * @param deadline when the last call must be over
     * @param permitRepetition returns whether the budget permits a request to be sent once more
     * @return the result of the last call
     */
    <T> Uni<T> through(Call<T> call, boolean alone, Instant deadline, Supplier<Uni<Boolean>> permitRepetition) {
        return Uni.createFrom().deferred(() -> new Sends<>(call, alone, deadline, permitRepetition).next());
    }

    private final class Sends<T> {

        private final Call<T> call;
        private final Instant deadline;
        private final Supplier<Uni<Boolean>> permitRepetition;
        private int addressesUsed;
        private boolean onNewConnection;
        private boolean resolving;
        private Instant started;

        private Sends(Call<T> call, boolean alone, Instant deadline, Supplier<Uni<Boolean>> permitRepetition) {
            this.call = call;
            this.onNewConnection = alone;
            this.deadline = deadline;
            this.permitRepetition = permitRepetition;
        }

        private Uni<T> next() {
            resolving = true;
            started = clock.instant();
            return limited(addresses.resolve().chain(this::make))
                    .onFailure(failure -> resolving && failure instanceof TimeoutException).transform(LeanRoute::unknownHost)
                    .onFailure().recoverWithUni(failure -> prepareNext(failure)
                            .chain(again -> again ? next()
                                    : Uni.createFrom().failure(wasStopped() ? stopped(failure) : failure)));
        }

        /**
         * @return whether the call has taken more than twice its time, so that this process, or its machine, must have been
         *         stopped: an event loop that is only busy is not that late
         */
        private boolean wasStopped() {
            return clock.instant().isAfter(started.plus(longestCall.multipliedBy(2)));
        }

        private Uni<T> make() {
            resolving = false;
            LeanConnections.RestClients current = connections.current();
            return call.make(onNewConnection ? current.unpooled() : current.pooled(), onNewConnection);
        }

        /** @return whether another call is worth making, and there is time and budget for it */
        private Uni<Boolean> prepareNext(Throwable failure) {
            if (clock.instant().plus(longestCall).isAfter(deadline)) {
                return NO;
            }
            if (LeanFailure.mayConnectElsewhere(failure)) {
                addressesUsed++;
                return addressesUsed < addresses.count() ? YES : NO;
            }
            if (LeanFailure.isStale(failure) && !onNewConnection) {
                guards.closeIdle();
                onNewConnection = true;
                return permitRepetition.get();
            }
            return NO;
        }
    }

    /**
     * Limits a call's time on the event loop of the call. Mutiny's own timeout fails it on a worker thread, where
     * cancelling the HTTP request waits for that event loop: under load all workers end up waiting, and so does every
     * further timeout.
     */
    private <T> Uni<T> limited(Uni<T> call) {
        return Uni.createFrom().emitter(outcome -> {
            long timer = vertx.setTimer(longestCall.toMillis(), passed -> outcome.fail(new TimeoutException()));
            Cancellable running = call.subscribe().with(outcome::complete, outcome::fail);
            outcome.onTermination(() -> {
                vertx.cancelTimer(timer);
                running.cancel();
            });
        });
    }

    /** What Lean has answered stays its answer. */
    private static Throwable stopped(Throwable failure) {
        return failure instanceof TokenException ? failure : new StoppedException();
    }

    /** A name server that does not respond is a connection failure, and not a slow Lean. */
    private static Throwable unknownHost(Throwable timeout) {
        return new UnknownHostException("no name server answered in time").initCause(timeout);
    }
}
