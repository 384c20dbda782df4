package dev.leantokens.hostile.time;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
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
 * and
 * hangs as it likes, and its tokens live for a second or an hour.
 */
final class SimulatedLean {

    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    /** How far a token from Lean may overstate its life: Lean's own figure is passed on if the call took less. */
    private static final Duration PASSED_ON = Duration.ofSeconds(1);

    private final SimulatedMachine machine;
    private final RandomGenerator random;
    private final int limit;
    private final Duration longestCall;
    private final Map<String, Deque<Duration>> arrivals = new HashMap<>();
    private final Map<String, Duration> pausedUntil = new HashMap<>();
    private final Map<String, Duration> expiries = new HashMap<>();
    private final Set<String> running = new HashSet<>();
    /** By how much the service's clock may lag: it ignores small steps, of which one can hide another. */
    private Duration lag = Duration.ZERO;
    private Duration lifetime = Duration.ofSeconds(3600);
    private Duration longestDelay = Duration.ofMillis(50);

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
        String client = request.callerCredentials().map(ClientCredentials::clientId).orElse("service").toLowerCase(Locale.ROOT);
        String key = request.fingerprint() + ' ' + request.scope().value();
        Duration now = machine.passed();
        requireBudget(client, now);
        require(!now.minus(pausedUntil.getOrDefault(request.fingerprint(), Duration.ZERO)).isNegative(),
                "a call came while Lean throttles its credentials");
        require(running.add(key), "two calls for one token at the same time");
        AtomicBoolean over = new AtomicBoolean();
        return Uni.createFrom().<AccessToken> emitter(answer -> answer(request, over, answer))
                .onTermination().invoke(() -> {
                    over.set(true);
                    running.remove(key);
                });
    }

    private void requireBudget(String client, Duration now) {
        Deque<Duration> calls = arrivals.computeIfAbsent(client, name -> new ArrayDeque<>());
        while (!calls.isEmpty() && calls.peekFirst().plus(WINDOW).compareTo(now) <= 0) {
            calls.removeFirst();
        }
        calls.addLast(now);
        require(calls.size() <= limit, "Lean got " + calls.size() + " calls of one client in a minute; the limit is " + limit);
    }

    private void answer(UpstreamTokenRequest request, AtomicBoolean over, UniEmitter<? super AccessToken> answer) {
        machine.startTimer(longestCall.toMillis(), () -> answer.fail(TokenError.LEAN_TIMED_OUT.because("no answer")));
        Duration delay = Duration.ofMillis(1 + random.nextLong(longestDelay.toMillis()));
        int kind = random.nextInt(20);
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
        // Issued when it arrives.
        expiries.put(token, machine.passed().plus(life));
        Map<String, Object> members = Map.of("access_token", token, "token_type", "Bearer", "expires_in", life.toSeconds());
        machine.respond(delay, () -> answer.complete(AccessToken.of(members, request.scope())));
    }

    /** @throws AssertionError if the token that a caller has got is of no use, or the caller is told the wrong life */
    void check(IssuedToken issued) {
        JsonObject response = new JsonObject(issued.token().json());
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

    static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
