package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Set;
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

    /** When to come again if Lean throttles and does not say for how long: it counts by the minute. */
    static final Duration THROTTLED_FOR = Duration.ofMinutes(1);
    /** When to come again if Lean is away and does not say for how long. */
    static final Duration AWAY_FOR = Duration.ofSeconds(5);
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
        this.budget = new Budget(config.requestsPerMinute(), clock);
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
                .onFailure(TokenException.class).transform(ResilientLeanClient::withWait);
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
                return attempt(request);
            })
                    .onFailure(TokenException.class).transform(failure -> policy
                            .waitAfter(failure, made, clock.instant(), deadline)
                            .<Throwable> map(AnotherAttempt::new).orElse(failure))
                    .runSubscriptionOn(task -> context.runOnContext(nothing -> task.run()));
        }
    }

    private Uni<AccessToken> attempt(LeanRequest request) {
        String clientId = request.credentials().clientId();
        Budget.Permit permit = budget.take(clientId, isOptional(request));
        return breaker.get(() -> client.requestToken(request))
                .onItem().invoke(permit::used)
                .onFailure(CircuitBreakerOpenException.class).invoke(permit::unused)
                .onFailure(TokenException.class).invoke(permit::used)
                .onFailure(CircuitBreakerOpenException.class).transform(open -> breakerOpen())
                .onFailure(TokenException.class).invoke(failure -> throttle(clientId, failure));
    }

    /**
     * A replacement is. And so is a call by which a caller tries the service's own id with another secret, right or wrong: by
     * such calls no one may use up what the service needs.
     */
    private boolean isOptional(LeanRequest request) {
        return request.purpose() == Purpose.REPLACEMENT
                || request.owner() == CredentialsOwner.CALLER && client.current().map(ClientCredentials::clientId)
                        .filter(request.credentials().clientId()::equals).isPresent();
    }

    private void throttle(String clientId, TokenException failure) {
        if (failure.error() == TokenError.THROTTLED) {
            failure.response().retryAfter().ifPresent(wait -> budget.pause(clientId, wait));
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
    private static TokenException withWait(TokenException exception) {
        if (exception.response().retryAfter().isPresent()) {
            return exception;
        }
        return switch (exception.error()) {
            case THROTTLED -> exception.retryAfter(THROTTLED_FOR);
            case LEAN_UNAVAILABLE, LEAN_FAILED, LEAN_TIMED_OUT -> exception.retryAfter(AWAY_FOR);
            default -> exception;
        };
    }
}
