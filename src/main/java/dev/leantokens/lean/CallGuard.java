package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import dev.leantokens.clock.Awake;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.ServiceCredentials;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/**
 * Protects Lean: makes a call if Lean does not throttle its credentials, when the budget permits it and the bulkhead has room,
 * unless a breaker is open. Calls with the service's credentials and calls with callers' credentials have a bulkhead and
 * breakers each, so that neither can take the connections of the other or open its breakers. Thread-safe.
 */
@Singleton
final class CallGuard {

    private final ServiceCredentials service;
    private final Clock clock;
    private final ThrottledCredentials throttled;
    private final Budget budget;
    private final SharedBudget shared;
    private final Map<CredentialsOwner, FairBulkhead> bulkheads = new EnumMap<>(CredentialsOwner.class);
    private final Map<CredentialsOwner, LeanBreaker> breakers = new EnumMap<>(CredentialsOwner.class);

    /** A call that the budget permits. */
    private static final class PermittedCall {

        private final CallPermit permit;
        /** The permit to send the request once more; null if it is not sent again. */
        private CallPermit another;
        private boolean sent;

        private PermittedCall(CallPermit permit) {
            this.permit = permit;
        }

        private Uni<AccessToken> send(Function<Supplier<Uni<Boolean>>, Uni<AccessToken>> call) {
            sent = true;
            return call.apply(this::takeAnother);
        }

        /** Lean can have received the first request, so sending it again counts as another call. */
        private Uni<Boolean> takeAnother() {
            return permit.another().map(next -> next.confirm().invoke(confirmed -> another = confirmed ? next : null))
                    .orElseGet(() -> Uni.createFrom().item(false));
        }

        private void end(Throwable failure) {
            if (!sent) {
                permit.unused();
            } else if (failure == null) {
                permit.accepted();
            } else if (failure instanceof TokenException exception && exception.isAboutCredentials()) {
                permit.refused(exception);
            } else {
                permit.used();
            }
            if (another != null) {
                another.used();
            }
        }
    }

    /** @param awake measures what Lean limits: if the system time is set forward, no minute has passed for Lean */
    @Inject
    CallGuard(ServiceCredentials service, LeanConfig config, Clock clock, @Awake Clock awake, Vertx vertx,
            SharedBudget shared) {
        this(service, config, clock, awake, (millis, action) -> {
            long id = vertx.setTimer(millis, elapsed -> action.run());
            return () -> vertx.cancelTimer(id);
        }, shared);
    }

    CallGuard(ServiceCredentials service, LeanConfig config, Clock clock, Clock awake, WaitingRoom.Timer timer,
            SharedBudget shared) {
        this.service = service;
        this.shared = shared;
        this.clock = clock;
        this.throttled = new ThrottledCredentials(awake);
        Map<CredentialsOwner, WaitingRoom> rooms = WaitingRoom
                .forEachOwner(WaitingRoom.seatsFor(Runtime.getRuntime().maxMemory()), timer);
        this.budget = new Budget(config.requestsPerMinute(), LeanTokenEndpoint.longestCall(config), awake, timer, rooms,
                service, shared);
        rooms.forEach((owner, room) -> {
            bulkheads.put(owner, new FairBulkhead(Math.max(1, config.maxConnections() / 2), room));
            breakers.put(owner, new LeanBreaker(owner, config, clock));
        });
    }

    /**
     * Makes a call on the given context.
     *
     * @param trace traces what the call waits for
     * @param latestStart when it is too late to start the call
     * @param call sends the request; its argument asks whether the request may be sent once more
     * @return the call's outcome; or a failure if the call is not made
     */
    Uni<AccessToken> pass(UpstreamTokenRequest request, CallTrace trace, Instant latestStart, Executor context,
            Function<Supplier<Uni<Boolean>>, Uni<AccessToken>> call) {
        return Uni.createFrom().deferred(() -> {
            trace.begin();
            throttled.requireNoPause(request);
            // The permit can come on any thread.
            return budget.take(request, patience(latestStart)).emitOn(context)
                    .onFailure(TokenException.class).invoke(failure -> throttledWait(failure)
                            .ifPresent(wait -> throttled.pause(request, wait)));
        }).chain(permit -> {
            trace.permitted();
            PermittedCall permitted = new PermittedCall(permit);
            LeanBreaker breaker = breakers.get(request.owner());
            Uni<AccessToken> checked = Uni.createFrom().deferred(() -> {
                trace.itsTurn();
                requireTime(latestStart);
                // Lean may have throttled the credentials while the call was waiting.
                throttled.requireNoPause(request);
                return breaker.pass(request, () -> {
                    trace.passed(breaker.state());
                    return permitted.send(call);
                })
                        .onFailure(TokenException.class).invoke(failure -> pauseIfThrottled(request, failure));
            }).runSubscriptionOn(context);
            return bulkheads.get(request.owner()).pass(request.accounts(), checked, patience(latestStart))
                    .onItemOrFailure().invoke((token, failure) -> permitted.end(failure));
        });
    }

    /** Makes no call with the credentials of this request for as long as Lean throttles it. */
    void pauseIfThrottled(UpstreamTokenRequest request, TokenException failure) {
        throttledWait(failure).ifPresent(wait -> {
            throttled.pause(request, wait);
            request.callerCredentials().map(ClientCredentials::clientId)
                    .or(() -> service.current().map(ServiceClient::clientId))
                    .ifPresent(clientId -> shared.pause(clientId, ThrottledCredentials.credentials(request),
                            ThrottledCredentials.limited(wait)));
        });
    }

    private static Optional<Duration> throttledWait(TokenException failure) {
        return failure.error() == TokenError.THROTTLED ? failure.response().retryAfter() : Optional.empty();
    }

    /** @return the common state of the breakers for calls with these credentials */
    CircuitBreakerState breakerState(CredentialsOwner owner) {
        return breakers.get(owner).state();
    }

    /** @return the number of calls that can be made with the service's own client id now; NaN if it has none */
    double serviceCallsLeft() {
        return service.current().map(client -> throttled.isServicePaused() ? 0.0 : budget.left(client.clientId()))
                .orElse(Double.NaN);
    }

    /**
     * A process that was stopped, such as by a suspended machine, can notice what has ended before it notices the time. Without
     * this, calls would be made for callers that have left, and count nowhere: the shared budget has forgotten their permits.
     */
    private void requireTime(Instant latestStart) {
        if (clock.instant().isAfter(latestStart.plus(LeanRoute.TIMERS_LATE))) {
            throw FairBulkhead.busy();
        }
    }

    private Duration patience(Instant latestStart) {
        return Duration.between(clock.instant(), latestStart);
    }
}
