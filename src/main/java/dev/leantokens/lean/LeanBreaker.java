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
import dev.leantokens.lean.LeanFailure.StaleConnectionException;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.Scope;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.mutiny.Uni;

/**
 * Leaves a Lean that keeps failing alone for a while, and then lets one call find out whether it is back. There is one for the
 * calls with the service's own credentials and one for those with callers'. What is left alone is no more than what fails (ADR
 * 16):
 * <ul>
 * <li>Lean as a whole, where no connection can be opened. No caller has an influence on that, and any response ends it.</li>
 * <li>Lean as a whole, where it fails for many that it has accepted before: scopes of the service, accounts of callers.</li>
 * <li>What one caller asks for the first time, where Lean fails for many such requests of it.</li>
 * <li>One scope of one client, where Lean fails for it.</li>
 * </ul>
 * Thread-safe.
 */
@RegisterForReflection(classNames = {
        // Caffeine finds by name the classes that its settings here need.
        "com.github.benmanes.caffeine.cache.SSMSA", "com.github.benmanes.caffeine.cache.PSAMS" })
final class LeanBreaker {

    /** What counts as Lean's failure. That it refuses or throttles shows that it works. */
    private static final Set<TokenError> FAILURES_OF_LEAN = EnumSet.of(TokenError.LEAN_UNAVAILABLE, TokenError.LEAN_FAILED,
            TokenError.LEAN_TIMED_OUT, TokenError.LEAN_UNTRUSTED);

    private static final String ALL_FAIL = "Lean has kept failing and is not asked for the moment";
    private static final String FIRSTS_FAIL = "Lean has kept failing for new scopes of this caller and is not asked for them for the "
            + "moment";
    private static final String SCOPE_FAILS = "Lean has kept failing for this scope of this client and is not asked for it for the "
            + "moment";

    /** One of them takes about 1 KiB. More are forgotten, those first that nobody asks for. */
    private static final int MAX_SUBJECTS = 1000;
    private static final int MAX_ASKERS = 200;
    private static final Duration IDLE_TIME = Duration.ofMinutes(10);

    private final LeanConfig config;
    private final Clock clock;
    private final OutageLines lines;
    private final Breaker connection;
    private final OutageBreaker outage;
    /** What callers request has no influence on it, so it tells how Lean is where nothing else is requested. */
    private final Breaker api;
    /** Only of those that have failed. */
    private final Cache<Subject, Breaker> subjects;
    /** By who asks, for what Lean has not accepted yet; only of those for whom Lean has failed. */
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
        this.lines = new OutageLines(owner == CredentialsOwner.SERVICE ? "" : " for callers with credentials of their own",
                clock);
        this.connection = new Breaker(config, clock, ALL_FAIL, lines.of("connection"));
        this.outage = new OutageBreaker(config, clock, ALL_FAIL, lines.of("outage"));
        this.api = new Breaker(config, clock, SCOPE_FAILS, lines.of("api"));
        this.subjects = bounded(MAX_SUBJECTS, clock);
        this.firsts = bounded(MAX_ASKERS, clock);
    }

    /** @return how the call ends; or {@link TokenError#BREAKER_OPEN} if it is not made */
    Uni<AccessToken> pass(UpstreamTokenRequest request, Supplier<Uni<AccessToken>> call) {
        return Uni.createFrom().deferred(() -> {
            Breaker subject = isApiOfService(request) ? api : subjects.getIfPresent(Subject.of(request));
            String asker = asker(request);
            OutageBreaker first = asker == null ? null : firsts.getIfPresent(asker);
            String scope = request.scope().value();
            String witness = witness(request);
            refuse(subject, subject != null && subject.closedIn().compareTo(Duration.ZERO) > 0);
            refuse(first == null ? null : first.breaker(), first != null && first.refuses(scope));
            refuse(outage.breaker(), outage.refuses(witness));
            refuse(connection, connection.closedIn().compareTo(Duration.ZERO) > 0);

            Supplier<Uni<AccessToken>> connecting = () -> connection.pass(noticed(call), LeanBreaker::ofConnection);
            Supplier<Uni<AccessToken>> whole = () -> outage.pass(witness, connecting);
            Supplier<Uni<AccessToken>> asking = first != null ? () -> first.pass(scope, whole)
                    : asker == null ? whole
                            : () -> whole.get().onFailure(LeanBreaker::isOfSubject)
                                    .invoke(failure -> firstOf(asker).count(scope, failure));
            return subject != null ? subject.pass(asking, LeanBreaker::ofLean)
                    : asking.get().onFailure(LeanBreaker::isOfSubject)
                            .invoke(failure -> subject(request).count(ofLean(failure)));
        });
    }

    /** @return the state of what concerns all calls, and of the scope api of the service */
    CircuitBreakerState state() {
        return lines.state();
    }

    /** @return whether it counts as a failure of Lean's */
    static boolean isOfLean(Throwable failure) {
        // A stale connection for which there was neither time nor budget left to try a new one says nothing of Lean.
        return failure instanceof TokenException exception && FAILURES_OF_LEAN.contains(exception.error())
                && !(exception.getCause() instanceof StaleConnectionException);
    }

    /** What the end of a call says about Lean where there is a connection to it. */
    static Sign ofLean(Throwable failure) {
        if (failure == null) {
            return Sign.GOOD;
        }
        if (isOfSubject(failure)) {
            return Sign.BAD;
        }
        // Lean was not asked, or a fault of this service.
        boolean withoutAnswer = !(failure instanceof TokenException known) || known.error() == TokenError.BREAKER_OPEN
                || FAILURES_OF_LEAN.contains(known.error());
        return withoutAnswer ? Sign.NONE : Sign.GOOD;
    }

    /** A response, a timeout and a connection that broke all show that one could be opened. */
    static Sign ofConnection(Throwable failure) {
        if (LeanFailure.isConnectFailure(failure)) {
            return Sign.BAD;
        }
        boolean asked = failure == null || failure instanceof TokenException known && known.error() != TokenError.BREAKER_OPEN
                && !(known.getCause() instanceof StaleConnectionException);
        return asked ? Sign.GOOD : Sign.NONE;
    }

    private static boolean isOfSubject(Throwable failure) {
        return isOfLean(failure) && !LeanFailure.isConnectFailure(failure);
    }

    private static void refuse(Breaker breaker, boolean refuses) {
        if (refuses) {
            throw breaker.refusal();
        }
    }

    private Supplier<Uni<AccessToken>> noticed(Supplier<Uni<AccessToken>> call) {
        return () -> call.get().onFailure(LeanBreaker::isOfLean).invoke(failure -> lines.failed((TokenException) failure));
    }

    private static boolean isApiOfService(UpstreamTokenRequest request) {
        return request.owner() == CredentialsOwner.SERVICE && request.scope().equals(Scope.API);
    }

    /**
     * Whose failure can be one of Lean as a whole: not that of an id or a customer that somebody can have made up.
     *
     * @return null if it cannot
     */
    private static String witness(UpstreamTokenRequest request) {
        if (request.owner() == CredentialsOwner.SERVICE) {
            return request.acceptance().scope() ? request.scope().value() : null;
        }
        return request.accepted() ? request.callerCredentials().orElseThrow().clientId().toLowerCase(Locale.ROOT) : null;
    }

    /**
     * @return who requests something for the first time: of several that wait for the call, one for whom Lean does not keep
     *         failing, since nobody is to be refused for what another one requested; null if Lean has accepted it before, or
     *         nobody is known
     */
    private String asker(UpstreamTokenRequest request) {
        if (request.acceptance().scope() || isApiOfService(request) || !request.accepted()) {
            return null;
        }
        if (request.owner() == CredentialsOwner.CALLER) {
            return request.fingerprint();
        }
        return request.accounts().snapshot().all().stream().map(CallerAccount::account).filter(account -> !isFailing(account))
                .findFirst().orElseGet(() -> request.accounts().first().account());
    }

    private boolean isFailing(String asker) {
        OutageBreaker first = firsts.getIfPresent(asker);
        return first != null && first.breaker().state() != CircuitBreakerState.CLOSED;
    }

    private Breaker subject(UpstreamTokenRequest request) {
        return subjects.get(Subject.of(request), key -> new Breaker(config, clock, SCOPE_FAILS, state -> {
        }));
    }

    private OutageBreaker firstOf(String asker) {
        return firsts.get(asker, key -> new OutageBreaker(config, clock, FIRSTS_FAIL, state -> {
        }));
    }

    /** @return a cache that forgets what is not used, at the latest when it is full */
    static <K, V> Cache<K, V> bounded(int size, Clock clock) {
        return Caffeine.newBuilder()
                .maximumSize(size)
                .expireAfterAccess(IDLE_TIME)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .build();
    }
}
