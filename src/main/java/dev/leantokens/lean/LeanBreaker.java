package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.lean.Breaker.Sign;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.Scope;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.mutiny.Uni;

/**
 * Makes no calls to a Lean that keeps failing, except for one probe in each delay. It stops no more calls than those that fail,
 * by a breaker for each of the following (ADR 16):
 * <ul>
 * <li>All calls, if no connection can be opened. Callers have no influence on that, and any response closes the breaker.</li>
 * <li>All calls, if Lean fails for many scopes of the service or accounts of callers that it has accepted before.</li>
 * <li>First requests of one caller, if Lean fails for many of them.</li>
 * <li>One scope of one client, if Lean fails for it.</li>
 * </ul>
 * The service's own calls have an instance, and calls with callers' credentials another one. Thread-safe.
 */
@RegisterForReflection(classNames = {
        // Caffeine loads the classes for the settings below by name.
        "com.github.benmanes.caffeine.cache.SSMSA", "com.github.benmanes.caffeine.cache.PSAMS" })
final class LeanBreaker {

    /** The failures of Lean. A refusal or throttling shows that it works. */
    private static final Set<TokenError> FAILURES_OF_LEAN = EnumSet.of(TokenError.LEAN_UNAVAILABLE, TokenError.LEAN_FAILED,
            TokenError.LEAN_TIMED_OUT, TokenError.LEAN_UNTRUSTED);

    private static final String ALL_FAIL = "Lean keeps failing and is not called for now";
    private static final String FIRSTS_FAIL = "Lean keeps failing for new scopes of this caller and is not called for them for now";
    private static final String SCOPE_FAILS = "Lean keeps failing for this scope of this client and is not called for it for now";

    /** A breaker takes about 1 KiB. The least recently used ones are evicted first. */
    private static final int MAX_SUBJECTS = 1000;
    private static final int MAX_CALLERS = 200;
    private static final Duration IDLE_TIME = Duration.ofMinutes(10);

    private final LeanConfig config;
    private final Clock clock;
    private final OutageLog log;
    private final Breaker connection;
    private final OutageBreaker outage;
    /** For the scope api of the service. Callers have no influence on it, so it shows an outage if no other scope is used. */
    private final Breaker api;
    /** Created when Lean fails for the subject. */
    private final Cache<Subject, Breaker> subjects;
    /** By caller, for requests that Lean has not accepted before. Created when Lean fails for such a request. */
    private final Cache<String, OutageBreaker> firsts;

    private record Subject(String fingerprint, Scope scope) {

        static Subject of(UpstreamTokenRequest request) {
            return new Subject(request.fingerprint(), request.scope());
        }

        @Override
        public String toString() {
            return "Subject[" + scope + "]";
        }
    }

    LeanBreaker(CredentialsOwner owner, LeanConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.log = new OutageLog(owner == CredentialsOwner.SERVICE ? "" : " for callers with their own credentials", clock);
        this.connection = new Breaker(config, clock, ALL_FAIL, log.listener("connection"));
        this.outage = new OutageBreaker(config, clock, ALL_FAIL, log.listener("outage"));
        this.api = new Breaker(config, clock, SCOPE_FAILS, log.listener("api"));
        this.subjects = evictingIdle(MAX_SUBJECTS, clock);
        this.firsts = evictingIdle(MAX_CALLERS, clock);
    }

    /** @return the call's outcome; or {@link TokenError#BREAKER_OPEN} if it is not made */
    Uni<AccessToken> pass(UpstreamTokenRequest request, Supplier<Uni<AccessToken>> call) {
        return Uni.createFrom().deferred(() -> {
            Breaker subject = isApiOfService(request) ? api : subjects.getIfPresent(Subject.of(request));
            String caller = firstTimeCaller(request);
            OutageBreaker first = caller == null ? null : firsts.getIfPresent(caller);
            String scope = request.scope().value();
            String witness = witness(request);
            refuseIf(subject != null && subject.isRefusing(), subject);
            refuseIf(first != null && first.isRefusing(scope), first == null ? null : first.breaker());
            refuseIf(outage.isRefusing(witness), outage.breaker());
            refuseIf(connection.isRefusing(), connection);

            Supplier<Uni<AccessToken>> connected = () -> connection.pass(logged(call), LeanBreaker::signOfConnection);
            Supplier<Uni<AccessToken>> whole = () -> outage.pass(witness, connected);
            Supplier<Uni<AccessToken>> requested = whole;
            if (first != null) {
                requested = () -> first.pass(scope, whole);
            } else if (caller != null) {
                requested = () -> whole.get().onFailure(LeanBreaker::isFailureOfSubject)
                        .invoke(failure -> createFirst(caller).count(scope, failure));
            }
            return subject != null ? subject.pass(requested, LeanBreaker::signOfLean)
                    : requested.get().onFailure(LeanBreaker::isFailureOfSubject)
                            .invoke(failure -> createSubject(request).count(signOfLean(failure)));
        });
    }

    /** @return the common state of the breakers for all calls and of that for the scope api of the service */
    CircuitBreakerState state() {
        return log.state();
    }

    /** @return whether it is a failure of Lean */
    static boolean isFailureOfLean(Throwable failure) {
        // A stale connection shows nothing about Lean, if neither time nor budget was left to try a new one; nor does a stop of
        // this process, which ends all calls in progress.
        return failure instanceof TokenException exception && FAILURES_OF_LEAN.contains(exception.error())
                && !LeanFailure.isOwn(exception);
    }

    /** @return what the outcome shows about Lean, given a connection */
    static Sign signOfLean(Throwable failure) {
        if (failure == null) {
            return Sign.GOOD;
        }
        if (isFailureOfSubject(failure)) {
            return Sign.BAD;
        }
        // Lean did not answer, or this service is at fault.
        boolean unanswered = !(failure instanceof TokenException known) || known.error() == TokenError.BREAKER_OPEN
                || FAILURES_OF_LEAN.contains(known.error());
        return unanswered ? Sign.NONE : Sign.GOOD;
    }

    /**
     * @return what the outcome shows about the connection: a response, a timeout or a broken connection shows that it opened
     */
    static Sign signOfConnection(Throwable failure) {
        if (LeanFailure.isConnectFailure(failure)) {
            return Sign.BAD;
        }
        boolean connected = failure == null
                || failure instanceof TokenException known && known.error() != TokenError.BREAKER_OPEN
                        && !LeanFailure.isOwn(known);
        return connected ? Sign.GOOD : Sign.NONE;
    }

    /** @return whether the failure can depend on what was requested */
    private static boolean isFailureOfSubject(Throwable failure) {
        return isFailureOfLean(failure) && !LeanFailure.isConnectFailure(failure);
    }

    private static void refuseIf(boolean refusing, Breaker breaker) {
        if (refusing) {
            throw breaker.refusal();
        }
    }

    private Supplier<Uni<AccessToken>> logged(Supplier<Uni<AccessToken>> call) {
        return () -> call.get().onFailure(LeanBreaker::isFailureOfLean)
                .invoke(failure -> log.onFailure((TokenException) failure));
    }

    private static boolean isApiOfService(UpstreamTokenRequest request) {
        return request.owner() == CredentialsOwner.SERVICE && request.scope().equals(Scope.API);
    }

    /** @return the scope or client id whose failure can be an outage: one that Lean has accepted; null if it can be invented */
    private static String witness(UpstreamTokenRequest request) {
        if (request.owner() == CredentialsOwner.SERVICE) {
            return request.acceptance().scope() ? request.scope().value() : null;
        }
        return request.accepted() ? request.callerCredentials().orElseThrow().clientId().toLowerCase(Locale.ROOT) : null;
    }

    /**
     * @return the caller of a first request. If several wait for the call, it is one for whom Lean does not keep failing, since
     *         no caller is refused for what another one requested. Null if Lean has accepted the request before or has not
     *         accepted the credentials
     */
    private String firstTimeCaller(UpstreamTokenRequest request) {
        if (request.acceptance().scope() || isApiOfService(request) || !request.accepted()) {
            return null;
        }
        if (request.owner() == CredentialsOwner.CALLER) {
            return request.fingerprint();
        }
        for (CallerAccount caller : request.accounts().snapshot().all()) {
            if (!isFailing(caller.account())) {
                return caller.account();
            }
        }
        return request.accounts().first().account();
    }

    private boolean isFailing(String caller) {
        OutageBreaker first = firsts.getIfPresent(caller);
        return first != null && first.breaker().state() != CircuitBreakerState.CLOSED;
    }

    private Breaker createSubject(UpstreamTokenRequest request) {
        return subjects.get(Subject.of(request), key -> new Breaker(config, clock, SCOPE_FAILS, state -> {
        }));
    }

    private OutageBreaker createFirst(String caller) {
        return firsts.get(caller, key -> new OutageBreaker(config, clock, FIRSTS_FAIL, state -> {
        }));
    }

    static <K, V> Cache<K, V> evictingIdle(int size, Clock clock) {
        return bounded(size, clock).expireAfterAccess(IDLE_TIME).build();
    }

    /** @return the settings of a cache of this size, without an expiry */
    static Caffeine<Object, Object> bounded(int size, Clock clock) {
        return Caffeine.newBuilder()
                .maximumSize(size)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run);
    }
}
