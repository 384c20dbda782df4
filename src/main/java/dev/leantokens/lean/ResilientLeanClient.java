package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;

import dev.leantokens.token.AccessToken;
import dev.leantokens.token.AuthorizationServer;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.CredentialsOwner;
import dev.leantokens.token.LeanRequest;
import dev.leantokens.token.LeanRequest.Purpose;
import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;
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

    static final String BREAKER = "lean";

    /** When to come again if Lean throttles or is away and does not say for how long. */
    static final Duration AWAY_FOR = Duration.ofSeconds(5);
    /** When to come again if there are too many others. */
    private static final Duration BUSY_FOR = Duration.ofSeconds(1);
    /** When to come again while one call is finding out whether Lean is back. */
    private static final Duration PROBED_FOR = Duration.ofSeconds(1);

    /** What counts for the breaker. That Lean refuses or throttles shows that it works. */
    private static final Set<TokenError> FAILURES_OF_LEAN = EnumSet.of(TokenError.LEAN_UNAVAILABLE, TokenError.LEAN_FAILED,
            TokenError.LEAN_TIMED_OUT);

    /** A class and no type literal, which in a native executable might not find out what type it is of. */
    @SuppressWarnings("unchecked")
    private static final Class<Uni<AccessToken>> UNI = (Class<Uni<AccessToken>>) (Class<?>) Uni.class;

    private final LeanClient client;
    private final LeanConfig config;
    private final Clock clock;
    private final Vertx vertx;
    private final Budget budget;
    private final RetryPolicy policy;
    /** Callers with credentials of their own share one half of the connections, so that they cannot take all. */
    private final CallGate callersGate;
    private final CallGate ownGate;
    private final TypedGuard<Uni<AccessToken>> retry;
    private final TypedGuard<Uni<AccessToken>> breaker;
    private volatile Instant breakerOpenUntil = Instant.MIN;

    /** An attempt ended in a way that is worth another one. */
    private static final class AnotherAttempt extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final long waitMillis;

        private AnotherAttempt(Duration wait) {
            super(null, null, false, false);
            this.waitMillis = wait.toMillis();
        }
    }

    ResilientLeanClient(LeanClient client, LeanConfig config, Clock clock, Vertx vertx) {
        this.client = client;
        this.config = config;
        this.clock = clock;
        this.vertx = vertx;
        this.budget = new Budget(config.requestsPerMinute(), client.longestCall(), clock);
        int half = Math.max(1, config.maxConnections() / 2);
        this.callersGate = new CallGate(half, (millis, action) -> vertx.setTimer(millis, timer -> action.run()));
        this.ownGate = new CallGate(half, (millis, action) -> vertx.setTimer(millis, timer -> action.run()));
        this.policy = new RetryPolicy(config.maxAttempts(), config.retryDelay(), client.longestCall(),
                () -> ThreadLocalRandom.current().nextDouble());
        this.retry = TypedGuard.create(UNI)
                .withDescription("lean-retry")
                .withRetry()
                // How often, when and until when is the policy's to decide.
                .maxRetries(-1).maxDuration(0, ChronoUnit.MILLIS).jitter(0, ChronoUnit.MILLIS)
                .retryOn(AnotherAttempt.class)
                .withCustomBackoff().strategy(() -> failure -> ((AnotherAttempt) failure).waitMillis).done()
                .done()
                .build();
        this.breaker = TypedGuard.create(UNI)
                .withDescription("lean-breaker")
                .withCircuitBreaker()
                .name(BREAKER)
                .requestVolumeThreshold(config.breakerCalls())
                .failureRatio(config.breakerFailureRatio())
                .delay(config.breakerDelay().toMillis(), ChronoUnit.MILLIS)
                .successThreshold(1)
                .when(failure -> failure instanceof TokenException exception && FAILURES_OF_LEAN.contains(exception.error()))
                .onStateChange(this::breakerChanged)
                .done()
                .build();
    }

    @Override
    public Uni<AccessToken> requestToken(LeanRequest request) {
        return Uni.createFrom().deferred(() -> retry.get(new Attempts(request)::next))
                .onFailure(TokenException.class).transform(failure -> withWait(request, failure));
    }

    /** The attempts at one token, one after the other. */
    private final class Attempts {

        private final LeanRequest request;
        private final Instant deadline = clock.instant().plus(config.deadline());
        /** Every attempt is made on the event loop that the first one is, whatever thread a wait ends on. */
        private final Context context = vertx.getOrCreateContext();
        private int made;

        private Attempts(LeanRequest request) {
            this.request = request;
        }

        Uni<AccessToken> next() {
            return Uni.createFrom().deferred(() -> {
                made++;
                return attempt();
            })
                    .onFailure(TokenException.class).transform(failure -> policy
                            .waitAfter(failure, made, clock.instant(), deadline)
                            .<Throwable> map(AnotherAttempt::new).orElse(failure))
                    .runSubscriptionOn(onContext());
        }

        private Uni<AccessToken> attempt() {
            Budget.Permit permit = budget.take(request.credentials().clientId(), kindOf(request));
            CallGate gate = request.owner() == CredentialsOwner.CALLER ? callersGate : ownGate;
            Duration patience = Duration.between(clock.instant(), deadline).minus(client.longestCall());
            return gate.pass(breaker.get(() -> client.requestToken(request)).runSubscriptionOn(onContext()), patience)
                    .onItem().invoke(permit::used)
                    .onFailure().invoke(failure -> {
                        if (wasMade(failure)) {
                            permit.used();
                        } else {
                            permit.unused();
                        }
                    })
                    .onFailure(CircuitBreakerOpenException.class).transform(open -> breakerOpen())
                    .onFailure(TokenException.class).invoke(failure -> pauseIfThrottled(request, failure));
        }

        private Executor onContext() {
            return task -> context.runOnContext(nothing -> task.run());
        }
    }

    /**
     * A replacement is optional. And so is a call by which a caller tries the service's own id with another secret, right or
     * wrong: by such calls no one may use up what the service needs.
     */
    private Budget.Kind kindOf(LeanRequest request) {
        boolean ownId = client.current().map(ClientCredentials::clientId)
                .filter(request.credentials().clientId()::equalsIgnoreCase).isPresent();
        if (request.purpose() == Purpose.REPLACEMENT || request.owner() == CredentialsOwner.CALLER && ownId) {
            return Budget.Kind.OPTIONAL;
        }
        return request.owner() == CredentialsOwner.SERVICE ? Budget.Kind.OWN : Budget.Kind.CALLERS;
    }

    private static boolean wasMade(Throwable failure) {
        return !(failure instanceof CircuitBreakerOpenException)
                && !(failure instanceof TokenException exception && exception.error() == TokenError.TOO_MANY_CALLS);
    }

    /** What callers are told holds for all of them: until then Lean is not asked for this client. */
    private void pauseIfThrottled(LeanRequest request, TokenException failure) {
        if (failure.error() == TokenError.THROTTLED) {
            failure.response().retryAfter().ifPresent(wait -> budget.pause(request.credentials().clientId(), wait));
        }
    }

    private void breakerChanged(CircuitBreakerState state) {
        if (state == CircuitBreakerState.OPEN) {
            breakerOpenUntil = clock.instant().plus(config.breakerDelay());
        }
    }

    private TokenException breakerOpen() {
        Duration rest = Duration.between(clock.instant(), breakerOpenUntil);
        return TokenError.BREAKER_OPEN.because("Lean has kept failing and is not asked for the moment")
                .retryAfter(rest.compareTo(PROBED_FOR) > 0 ? rest : PROBED_FOR);
    }

    /** Where Lean did not say when to come again, we do. */
    private TokenException withWait(LeanRequest request, TokenException failure) {
        if (failure.response().retryAfter().isPresent()) {
            return failure;
        }
        TokenException told = switch (failure.error()) {
            case THROTTLED, LEAN_UNAVAILABLE, LEAN_FAILED, LEAN_TIMED_OUT -> failure.retryAfter(AWAY_FOR);
            case TOO_MANY_CALLS -> failure.retryAfter(BUSY_FOR);
            default -> failure;
        };
        pauseIfThrottled(request, told);
        return told;
    }
}
