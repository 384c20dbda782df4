package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.AuthorizationServer;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.trace.Traces;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/** Requests tokens from Lean, in several attempts within one deadline. Thread-safe. */
@ApplicationScoped
class ResilientLeanClient implements AuthorizationServer {

    /** When to retry if Lean throttles, fails or is unavailable, and does not say when. */
    private static final Duration UNAVAILABLE_FOR = Duration.ofSeconds(5);
    /** When to retry if too many calls wait. */
    private static final Duration BUSY_FOR = Duration.ofSeconds(1);

    private final LeanTokenEndpoint endpoint;
    private final CallGuard guard;
    private final LeanConnections connections;
    private final ServiceLeanCredentials service;
    private final LeanVerdict verdict;
    private final LeanMetrics metrics;
    private final LeanConfig config;
    private final Clock clock;
    private final Vertx vertx;
    private final RetryPolicy policy;
    private final TracedEndpoint traced;

    ResilientLeanClient(LeanTokenEndpoint endpoint, CallGuard guard, LeanConnections connections,
            ServiceLeanCredentials service, LeanVerdict verdict, LeanMetrics metrics, LeanConfig config, Clock clock,
            Vertx vertx, LeanAccount account, Traces traces) {
        this.endpoint = endpoint;
        this.guard = guard;
        this.connections = connections;
        this.service = service;
        this.verdict = verdict;
        this.metrics = metrics;
        this.config = config;
        this.clock = clock;
        this.vertx = vertx;
        this.policy = new RetryPolicy(config.maxAttempts(), config.retryDelay(), LeanTokenEndpoint.longestCall(config),
                () -> ThreadLocalRandom.current().nextDouble());
        this.traced = TracedEndpoint.of(traces, clock, account, config);
    }

    @Override
    public Uni<AccessToken> requestToken(UpstreamTokenRequest request) {
        return Uni.createFrom().deferred(() -> {
            service.refuseIdProvedByCertificate(request);
            return new Attempts(request).start();
        })
                .onFailure(TokenException.class).transform(failure -> withWait(request, failure));
    }

    @Override
    public String clientCertificate() {
        return connections.current().certificate();
    }

    /** The attempts at one token, one after the other and all on the context of the first. */
    private final class Attempts {

        private final UpstreamTokenRequest request;
        private final Instant deadline = clock.instant().plus(config.deadline());
        private final Instant latestStart = deadline.minus(LeanTokenEndpoint.longestCall(config));
        private final CallTrace trace;
        private final Context context = vertx.getOrCreateContext();
        /** Whether the caller of these attempts is on the stack. */
        private boolean starting = true;
        private int made;
        /** Whether a rotated secret has had its attempt. */
        private boolean renewed;
        /** The service's client at the time of the last attempt. */
        private Optional<ServiceClient> client = Optional.empty();

        private Attempts(UpstreamTokenRequest request) {
            this.request = request;
            this.trace = traced.call(request.trace());
        }

        private Uni<AccessToken> start() {
            return Uni.createFrom().emitter(outcome -> runOnContext(() -> {
                next().subscribe().with(outcome::complete, outcome::fail);
                starting = false;
            }));
        }

        private Uni<AccessToken> next() {
            if (++made > 1) {
                metrics.countRetry();
            }
            return guard.pass(request, trace, latestStart, this::runOnContext, this::send)
                    .onItemOrFailure().invoke((token, failure) -> {
                        trace.end(failure);
                        verdict.record(request, client, failure);
                    })
                    .onFailure(TokenException.class).recoverWithUni(this::recover);
        }

        private Uni<AccessToken> send(Supplier<Uni<Boolean>> anotherCall) {
            client = service.current();
            return metrics.time(() -> endpoint.requestToken(request, trace, deadline, anotherCall));
        }

        private Uni<AccessToken> recover(TokenException failure) {
            if (failure.error() == TokenError.SERVICE_CREDENTIALS_REFUSED && !renewed) {
                // The secret may have been rotated: a new one gets an attempt at once.
                return service.reloadIfUnchanged(client).emitOn(this::runOnContext).chain(newer -> {
                    renewed = newer;
                    return newer && !clock.instant().isAfter(latestStart) ? next() : Uni.createFrom().failure(failure);
                });
            }
            return policy.waitAfter(failure, made, clock.instant(), deadline).map(this::nextAfter)
                    .orElseGet(() -> Uni.createFrom().failure(failure));
        }

        private Uni<AccessToken> nextAfter(Duration wait) {
            trace.retriesAfter(wait);
            return Uni.createFrom().<Long> emitter(timer -> vertx.setTimer(Math.max(1, wait.toMillis()), timer::complete))
                    .emitOn(this::runOnContext).chain(this::next);
        }

        /** Later tasks are queued: each can end a call and start the next one of the same context, and so fill the stack. */
        private void runOnContext(Runnable task) {
            if (starting && context == Vertx.currentContext()) {
                task.run();
            } else {
                context.runOnContext(nothing -> task.run());
            }
        }
    }

    /** Adds when to retry, where Lean did not say. */
    private TokenException withWait(UpstreamTokenRequest request, TokenException failure) {
        if (failure.response().retryAfter().isPresent()) {
            return failure;
        }
        TokenException answer = switch (failure.error()) {
            case THROTTLED, LEAN_UNAVAILABLE, LEAN_UNTRUSTED, LEAN_FAILED, LEAN_TIMED_OUT ->
                failure.retryAfter(UNAVAILABLE_FOR);
            case TOO_MANY_CALLS -> failure.retryAfter(BUSY_FOR);
            default -> failure;
        };
        // The wait holds for all callers with these credentials.
        guard.pauseIfThrottled(request, answer);
        return answer;
    }
}
