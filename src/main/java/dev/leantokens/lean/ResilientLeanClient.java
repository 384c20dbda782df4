package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.AuthorizationServer;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * Gets a token out of Lean, or learns that there is none: several attempts within one deadline, each of them within the budget
 * of calls, and none while the breaker is open. Thread-safe.
 */
@ApplicationScoped
public class ResilientLeanClient implements AuthorizationServer {

    /** When to come again if Lean throttles or is away and does not say for how long. */
    private static final Duration AWAY_FOR = Duration.ofSeconds(5);
    /** When to come again if there are too many others. */
    private static final Duration BUSY_FOR = Duration.ofSeconds(1);

    private final LeanTokenEndpoint client;
    private final LeanConnections connections;
    private final ServiceLeanCredentials own;
    private final LeanConfig config;
    private final Clock clock;
    private final Vertx vertx;
    private final Budget budget;
    private final ThrottledCredentials throttled;
    private final RetryPolicy policy;
    /** Callers with credentials of their own share one half of the connections, so that they cannot take all. */
    private final FairBulkhead callersGate;
    private final FairBulkhead ownGate;
    private final TypedGuard<Uni<AccessToken>> retry;
    private final LeanBreaker callersBreaker;
    private final LeanBreaker ownBreaker;
    private final LeanVerdict verdict;
    private final LeanMetrics metrics;

    /** An attempt ended in a way that is worth another one. */
    private static final class AnotherAttempt extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final long waitMillis;

        private AnotherAttempt(Duration wait) {
            super(null, null, false, false);
            this.waitMillis = wait.toMillis();
        }
    }

    ResilientLeanClient(LeanTokenEndpoint client, LeanConnections connections, ServiceLeanCredentials own, LeanConfig config,
            Clock clock,
            Vertx vertx, LeanVerdict verdict, MeterRegistry registry) {
        this.client = client;
        this.connections = connections;
        this.own = own;
        this.config = config;
        this.clock = clock;
        this.vertx = vertx;
        this.throttled = new ThrottledCredentials(clock);
        int half = Math.max(1, config.maxConnections() / 2);
        WaitTimer timer = (millis, action) -> {
            long id = vertx.setTimer(millis, passed -> action.run());
            return () -> vertx.cancelTimer(id);
        };
        WaitingRooms rooms = new WaitingRooms(WaitingRoom.seatsFor(Runtime.getRuntime().maxMemory()), timer);
        this.budget = new Budget(config.requestsPerMinute(), client.longestCall(), clock, timer, rooms);
        this.callersGate = new FairBulkhead(half, rooms.of(CredentialsOwner.CALLER));
        this.ownGate = new FairBulkhead(half, rooms.of(CredentialsOwner.SERVICE));
        this.policy = new RetryPolicy(config.maxAttempts(), config.retryDelay(), client.longestCall(),
                () -> ThreadLocalRandom.current().nextDouble());
        this.retry = TypedGuard.create(uni())
                .withDescription("lean-retry")
                .withRetry()
                // How often, when and until when is the policy's to decide.
                .maxRetries(-1).maxDuration(0, ChronoUnit.MILLIS).jitter(0, ChronoUnit.MILLIS)
                .retryOn(AnotherAttempt.class)
                .withCustomBackoff().strategy(() -> failure -> ((AnotherAttempt) failure).waitMillis).done()
                .done()
                .build();
        this.callersBreaker = new LeanBreaker(CredentialsOwner.CALLER, config, clock);
        this.ownBreaker = new LeanBreaker(CredentialsOwner.SERVICE, config, clock);
        this.verdict = verdict;
        this.metrics = new LeanMetrics(registry);
        for (CircuitBreakerState state : CircuitBreakerState.values()) {
            Gauge.builder("lean.breaker.state", ownBreaker, it -> it.state() == state ? 1 : 0)
                    .description(
                            "1 for the state that the breaker of the service's own calls is in, 0 for the others; open means "
                                    + "that Lean is not asked")
                    .tag("state", state.name().toLowerCase(Locale.ROOT)).register(registry);
        }
        Gauge.builder("lean.budget.left", this, ResilientLeanClient::callsLeft)
                .description("Calls that Lean may get now for the service's own client id; none if it has no id")
                .register(registry);
    }

    private double callsLeft() {
        return own.current().map(service -> throttled.isServicePaused() ? 0.0 : budget.left(service.clientId()))
                .orElse(Double.NaN);
    }

    /** Its meters are there from the start. */
    void start(@Observes StartupEvent event) {
        // Made by being told.
    }

    @Override
    public Uni<AccessToken> requestToken(UpstreamTokenRequest request) {
        return Uni.createFrom().deferred(() -> {
            own.refuseIdProvedByCertificate(request);
            return retry.get(new Attempts(request)::next);
        })
                .onFailure(TokenException.class).transform(failure -> withWait(request, failure));
    }

    @Override
    public String clientCertificate() {
        return connections.current().certificate();
    }

    /** The attempts at one token, one after the other. */
    private final class Attempts {

        private final UpstreamTokenRequest request;
        private final Instant deadline = clock.instant().plus(config.deadline());
        /** Every attempt is made on the event loop that the first one is, whatever thread a wait ends on. */
        private final Context context = vertx.getOrCreateContext();
        private int made;
        /** Whether there is something else to show Lean than what it refused; once for each token. */
        private boolean renewed;
        /** The permit of a request that is sent again on a new connection; null if none is. */
        private CallPermit another;
        /** Whether this attempt got as far as Lean. */
        private boolean sent;
        /** The service's credentials that Lean was shown. */
        private Optional<ServiceClient> shown = Optional.empty();

        private Attempts(UpstreamTokenRequest request) {
            this.request = request;
        }

        Uni<AccessToken> next() {
            return Uni.createFrom().deferred(() -> {
                made++;
                if (made > 1) {
                    metrics.retried();
                }
                return attempt()
                        .onItemOrFailure().invoke((token, failure) -> judged(request, shown, failure))
                        .onFailure(failure -> !renewed && isServiceRefused(failure))
                        .recoverWithUni(failure -> own.reloadIfUnchanged(shown).chain(newer -> again(failure, newer)));
            })
                    .onFailure(TokenException.class).transform(failure -> policy
                            .waitAfter(failure, made, clock.instant(), deadline)
                            .<Throwable> map(AnotherAttempt::new).orElse(failure))
                    .runSubscriptionOn(onContext());
        }

        /** An exchanged secret shows by the refusal of the one before: then the new one may try at once. */
        private Uni<AccessToken> again(Throwable refusal, boolean newer) {
            renewed = newer;
            boolean inTime = !clock.instant().plus(client.longestCall()).isAfter(deadline);
            return Uni.createFrom().failure(newer && inTime ? new AnotherAttempt(Duration.ZERO) : refusal);
        }

        private Uni<AccessToken> attempt() {
            throttled.requireNoPause(request);
            // The turn can come on any thread.
            return budget.take(wanted(request), patience()).emitOn(onContext()).chain(this::call);
        }

        /** What may have changed while the attempt waited is looked at when its turn has come. */
        private Uni<AccessToken> call(CallPermit permit) {
            boolean callers = request.owner() == CredentialsOwner.CALLER;
            FairBulkhead gate = callers ? callersGate : ownGate;
            LeanBreaker breaker = callers ? callersBreaker : ownBreaker;
            sent = false;
            return gate.pass(request.accounts(), Uni.createFrom().deferred(() -> {
                throttled.requireNoPause(request);
                return breaker.pass(request, metrics.timed(() -> send(permit)));
            }).runSubscriptionOn(onContext()), patience())
                    .onItemOrFailure().invoke((token, failure) -> giveBack(permit, failure))
                    .onTermination().invoke(this::giveBackAnother)
                    .onFailure(TokenException.class).invoke(failure -> pauseIfThrottled(request, failure));
        }

        private Uni<AccessToken> send(CallPermit permit) {
            sent = true;
            shown = own.current();
            return client.requestToken(request, deadline, () -> oneMoreCall(permit));
        }

        /** @return how long this attempt can wait: then there is no time left for it */
        private Duration patience() {
            return Duration.between(clock.instant(), deadline).minus(client.longestCall());
        }

        /** The first request may have reached Lean, so sending it again counts as another call. */
        private boolean oneMoreCall(CallPermit first) {
            another = first.another().orElse(null);
            return another != null;
        }

        private void giveBack(CallPermit permit, Throwable failure) {
            if (!sent) {
                permit.unused();
            } else if (failure == null) {
                permit.accepted();
            } else if (failure instanceof TokenException exception && exception.isAboutCredentials()) {
                permit.refused(exception);
            } else {
                permit.used();
            }
        }

        private void giveBackAnother() {
            if (another != null) {
                another.used();
                another = null;
            }
        }

        private Executor onContext() {
            return task -> context.runOnContext(nothing -> task.run());
        }
    }

    private WantedCall wanted(UpstreamTokenRequest request) {
        String clientId = clientId(request);
        return new WantedCall(clientId, own.hasClientId(clientId), request.accepted(), request);
    }

    private String clientId(UpstreamTokenRequest request) {
        return request.callerCredentials().map(ClientCredentials::clientId)
                .orElseGet(() -> own.current().orElseThrow().clientId());
    }

    private static boolean isServiceRefused(Throwable failure) {
        return failure instanceof TokenException exception && exception.error() == TokenError.SERVICE_CREDENTIALS_REFUSED;
    }

    /** What Lean says of what it was shown; the rest says nothing of it. */
    private void judged(UpstreamTokenRequest request, Optional<ServiceClient> shown, Throwable failure) {
        if (request.owner() == CredentialsOwner.CALLER) {
            return;
        }
        if (failure == null) {
            shown.ifPresent(service -> verdict.accepted(service, request.scope()));
        } else if (isServiceRefused(failure)) {
            shown.ifPresent(service -> verdict.refused(service, request.scope()));
        }
    }

    /** A class and no type literal, which in a native executable might not find out what type it is of. */
    @SuppressWarnings("unchecked")
    static Class<Uni<AccessToken>> uni() {
        return (Class<Uni<AccessToken>>) (Class<?>) Uni.class;
    }

    /** What a caller is told holds for all with these credentials: until then Lean is not asked for them. */
    private void pauseIfThrottled(UpstreamTokenRequest request, TokenException failure) {
        if (failure.error() == TokenError.THROTTLED) {
            failure.response().retryAfter().ifPresent(wait -> throttled.pause(request, wait));
        }
    }

    /** Where Lean did not say when to come again, we do. */
    private TokenException withWait(UpstreamTokenRequest request, TokenException failure) {
        if (failure.response().retryAfter().isPresent()) {
            return failure;
        }
        TokenException told = switch (failure.error()) {
            case THROTTLED, LEAN_UNAVAILABLE, LEAN_UNTRUSTED, LEAN_FAILED, LEAN_TIMED_OUT -> failure.retryAfter(AWAY_FOR);
            case TOO_MANY_CALLS -> failure.retryAfter(BUSY_FOR);
            default -> failure;
        };
        pauseIfThrottled(request, told);
        return told;
    }
}
