package dev.leantokens.lean;

import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

import io.smallrye.mutiny.Uni;

/**
 * Gets a call through to Lean. A failure of one connection or one address says nothing of Lean, so the call is made again on a
 * new connection or to the next address, at once and as part of the same attempt: neither the retries nor the breaker know of
 * it. Thread-safe.
 */
final class LeanRoute {

    private final LeanConnections connections;
    private final ConnectionGuards guards;
    private final LeanAddresses addresses;
    private final TimeLimit limit;
    private final Duration longestCall;
    private final Clock clock;

    /** One call. */
    @FunctionalInterface
    interface Call<T> {

        /**
         * @param api the client to make it by
         * @param onNewConnection whether its connection has served no other call
         */
        Uni<T> make(LeanApi api, boolean onNewConnection);
    }

    /** @param longestCall after which the limit ends a call */
    LeanRoute(LeanConnections connections, ConnectionGuards guards, LeanAddresses addresses, TimeLimit limit,
            Duration longestCall, Clock clock) {
        this.connections = connections;
        this.guards = guards;
        this.addresses = addresses;
        this.limit = limit;
        this.longestCall = longestCall;
        this.clock = clock;
    }

    /**
     * @param call the call, which is made once or several times
     * @param deadline when the last call must be over
     * @param anotherCall whether a request that was sent in vain may be sent once more
     * @return how the last call ended
     */
    <T> Uni<T> through(Call<T> call, Instant deadline, BooleanSupplier anotherCall) {
        return Uni.createFrom().deferred(() -> new Tries<>(call, deadline, anotherCall).next());
    }

    private final class Tries<T> {

        private final Call<T> call;
        private final Instant deadline;
        private final BooleanSupplier anotherCall;
        private int addressesTried;
        private boolean onNewConnection;
        private boolean looking;

        private Tries(Call<T> call, Instant deadline, BooleanSupplier anotherCall) {
            this.call = call;
            this.deadline = deadline;
            this.anotherCall = anotherCall;
        }

        private Uni<T> next() {
            looking = true;
            return limit.on(addresses.look().chain(this::make)).onFailure(this::isLateLook).transform(LeanRoute::unknownHost)
                    .onFailure(this::isWorthAnother).recoverWithUni(this::next);
        }

        private Uni<T> make() {
            looking = false;
            return call.make(client(), onNewConnection);
        }

        private boolean isLateLook(Throwable failure) {
            return looking && failure instanceof TimeoutException;
        }

        private LeanApi client() {
            LeanConnection current = connections.current();
            return onNewConnection ? current.unpooled() : current.pooled();
        }

        private boolean isWorthAnother(Throwable failure) {
            if (clock.instant().plus(longestCall).isAfter(deadline)) {
                return false;
            }
            if (LeanFailure.isNotConnected(failure)) {
                addressesTried++;
                return addressesTried < addresses.count();
            }
            if (LeanFailure.isStale(failure) && !onNewConnection) {
                guards.closeIdle();
                onNewConnection = true;
                return anotherCall.getAsBoolean();
            }
            return false;
        }
    }

    /** A name server that does not answer keeps connections from being opened, and says nothing of Lean's answers. */
    private static Throwable unknownHost(Throwable timeout) {
        return new UnknownHostException("no name server answered in time").initCause(timeout);
    }
}
