package dev.leantokens.hostile.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.UpstreamTokenRequest;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.json.JsonObject;

/**
 * A Lean that has its own clock, which nothing changes, and checks by it what the service does. It is slow, throttles, fails
 * and does not answer, and its tokens live from a second to an hour.
 */
final class SimulatedLean {

    static final String WRONG_SECRET = "wrong";

    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    /** How far a token from Lean may overstate its life: Lean's own figure is passed on if the call took less. */
    private static final Duration PASSED_ON = Duration.ofSeconds(1);

    private final SimulatedMachine machine;
    private final RandomGenerator random;
    private final int limit;
    private final Duration longestCall;
    /** By client, when its calls came. */
    private final Map<String, List<Duration>> arrivals = new HashMap<>();
    private final Map<String, Duration> pausedUntil = new HashMap<>();
    private final Map<String, Duration> expiries = new HashMap<>();
    private final Set<String> running = new HashSet<>();
    /** By how much the service's clock may lag: it ignores small steps, of which one can hide another. */
    private Duration lag = Duration.ZERO;
    private Duration lifetime = Duration.ofSeconds(3600);
    private Duration longestDelay = Duration.ofMillis(50);
    /** The first violation of a rule. The service may swallow what is thrown. */
    private Optional<AssertionError> violation = Optional.empty();

    /** @param limit the calls of one client in any minute */
    SimulatedLean(SimulatedMachine machine, RandomGenerator random, int limit, Duration longestCall) {
        this.machine = machine;
        this.random = random;
        this.limit = limit;
        this.longestCall = longestCall;
    }

    /** Changes how Lean is from now on. */
    void change() {
        int[] lifetimes = { 0, 1, 2, 5, 30, 60, 600, 3600, Integer.MAX_VALUE };
        lifetime = Duration.ofSeconds(lifetimes[random.nextInt(lifetimes.length)]);
        int[] delays = { 20, 50, 900, 1500, 3000, 6000 };
        longestDelay = Duration.ofMillis(delays[random.nextInt(delays.length)]);
    }

    void allowLag(Duration allowed) {
        lag = allowed;
    }

    /** @return the longest life of the tokens that are issued now */
    Duration lifetime() {
        return lifetime;
    }

    /** Receives a call. */
    Uni<AccessToken> call(UpstreamTokenRequest request) {
        String key = request.fingerprint() + ' ' + request.scope().value();
        require(!machine.passed().minus(pausedUntil.getOrDefault(request.fingerprint(), Duration.ZERO)).isNegative(),
                "a call came while Lean throttles its credentials");
        require(running.add(key), "two calls for one token at the same time");
        AtomicBoolean over = new AtomicBoolean();
        return Uni.createFrom().<AccessToken> emitter(answer -> answer(request, over, answer))
                .onTermination().invoke(() -> {
                    over.set(true);
                    running.remove(key);
                });
    }

    /** @return when the call comes: at any time until it ends */
    private Duration arrival(UpstreamTokenRequest request, Duration delay) {
        long latest = Math.min(delay.toMillis(), longestCall.toMillis());
        Duration arrival = machine.passed().plusMillis(random.nextLong(latest + 1));
        String client = request.callerCredentials().map(ClientCredentials::clientId).orElse("service");
        arrivals.computeIfAbsent(client.toLowerCase(Locale.ROOT), name -> new ArrayList<>()).add(arrival);
        return arrival;
    }

    /** @throws AssertionError if a minute had more calls of one client than Lean allows */
    void requireBudget() {
        arrivals.forEach((client, unordered) -> {
            List<Duration> calls = unordered.stream().sorted().toList();
            for (int i = limit; i < calls.size(); i++) {
                Duration span = calls.get(i).minus(calls.get(i - limit));
                require(span.compareTo(WINDOW) >= 0,
                        "Lean got " + (limit + 1) + " calls of one client in " + span + "; the limit is " + limit);
            }
        });
    }

    private void answer(UpstreamTokenRequest request, AtomicBoolean over, UniEmitter<? super AccessToken> answer) {
        machine.startTimer(longestCall.toMillis(), () -> answer.fail(TokenError.LEAN_TIMED_OUT.because("no answer")));
        Duration delay = Duration.ofMillis(1 + random.nextLong(longestDelay.toMillis()));
        Duration arrival = arrival(request, delay);
        int kind = random.nextInt(20);
        if (request.callerCredentials().filter(caller -> caller.clientSecret().equals(WRONG_SECRET)).isPresent()) {
            machine.respond(delay, () -> answer.fail(TokenError.CALLER_REFUSED.because("wrong secret")));
            return;
        }
        if (kind == 0) {
            return;
        }
        if (kind == 1) {
            Duration wait = Duration.ofSeconds(random.nextInt(90));
            machine.respond(delay, () -> {
                if (over.get()) {
                    // The service no longer waits for this answer.
                    return;
                }
                Duration pause = wait.compareTo(LONGEST_PAUSE) < 0 ? wait : LONGEST_PAUSE;
                TokenException throttled = TokenError.THROTTLED.because("throttled").retryAfter(wait);
                answer.fail(throttled);
                pausedUntil.merge(request.fingerprint(), machine.passed().plus(pause),
                        (one, other) -> one.compareTo(other) > 0 ? one : other);
            });
            return;
        }
        if (kind == 2) {
            machine.respond(delay, () -> answer.fail(TokenError.LEAN_FAILED.because("failed")));
            return;
        }
        String token = "token-" + expiries.size();
        Duration life = lifetime;
        // Issued when the call comes.
        expiries.put(token, arrival.plus(life));
        Map<String, Object> members = Map.of("access_token", token, "token_type", "Bearer", "expires_in", life.toSeconds());
        machine.respond(delay, () -> answer.complete(AccessToken.of(members, request.scope())));
    }

    /**
     * Checks what a caller got: a token that is of use, with the right life, or an error that is documented.
     *
     * @param issued null after a failure
     */
    void check(IssuedToken issued, Throwable failure) {
        if (issued == null) {
            require(failure instanceof TokenException, "a caller got " + failure);
            return;
        }
        JsonObject response = new JsonObject(issued.token().json());
        require(expiries.containsKey(response.getString("access_token")), "a caller got a token that was never issued");
        Duration remaining = expiries.get(response.getString("access_token")).minus(machine.passed()).plus(lag);
        Duration told = Duration.ofSeconds(response.getLong("expires_in"));
        if (told.isZero() && issued.source().isFromLean()) {
            // It says itself that it has expired; Lean issues such tokens, too.
            return;
        }
        require(!told.isZero(), "a token without a life was issued from the cache");
        require(remaining.compareTo(Duration.ZERO) > 0, "a token was issued " + remaining.abs() + " after its expiry, as "
                + issued.source());
        Duration limitOfTold = issued.source().isFromLean() ? remaining.plus(PASSED_ON) : remaining;
        require(told.compareTo(limitOfTold) <= 0,
                "a token with a life of " + remaining + " was issued for " + told + ", as " + issued.source());
    }

    /** @throws AssertionError if a rule has been violated, even if the service has swallowed that */
    void requireNoViolation() {
        violation.ifPresent(first -> {
            throw first;
        });
    }

    void require(boolean condition, String otherwise) {
        if (!condition) {
            AssertionError error = new AssertionError(otherwise);
            violation = violation.or(() -> Optional.of(error));
            throw error;
        }
    }
}
