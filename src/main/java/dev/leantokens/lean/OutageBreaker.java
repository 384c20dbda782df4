package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.leantokens.lean.Breaker.Sign;
import dev.leantokens.token.AccessToken;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.mutiny.Uni;

/**
 * Opens when Lean fails for many: a failure counts once for each witness, until that one succeeds or the breaker closes, or for
 * ten minutes. However often somebody asks for the one thing at which Lean fails, it says nothing new. The same holds for
 * finding out whether Lean is back: a witness for which Lean still failed leaves the next turn to the others. Thread-safe.
 */
@RegisterForReflection(classNames = {
        // Caffeine finds by name the classes that its settings here need.
        "com.github.benmanes.caffeine.cache.SSMSW", "com.github.benmanes.caffeine.cache.PSWMS" })
final class OutageBreaker {

    /** More are forgotten early, and count once more. */
    private static final int MAX_WITNESSES = 1000;
    /** So that what was one failure does not hide an outage for good. */
    private static final Duration ONCE_IN = Duration.ofMinutes(10);

    private final Breaker breaker;
    private final Duration delay;
    private final Cache<String, Boolean> failing;
    private final Cache<String, Boolean> probed;

    /**
     * @param refusal the error of a call that is not made
     * @param listener receives each new state
     */
    OutageBreaker(LeanConfig config, Clock clock, String refusal, Consumer<CircuitBreakerState> listener) {
        this.delay = config.breakerDelay();
        this.failing = witnesses(clock);
        this.probed = witnesses(clock);
        this.breaker = new Breaker(config, clock, refusal, state -> {
            if (state == CircuitBreakerState.CLOSED) {
                // Each of them can fail in the next outage too.
                failing.invalidateAll();
                probed.invalidateAll();
            }
            listener.accept(state);
        });
    }

    /**
     * @param witness whose failure counts; null if the call's failure says nothing
     * @return how the call ends, or that it is not made
     */
    Uni<AccessToken> pass(String witness, Supplier<Uni<AccessToken>> call) {
        return breaker.pass(call, failure -> judge(witness, failure));
    }

    /** The call did not pass, since there was no breaker yet. */
    void count(String witness, Throwable failure) {
        breaker.count(judge(witness, failure));
    }

    /** @return whether this call is to be refused, even if another one may probe */
    boolean refuses(String witness) {
        Duration probing = breaker.probedFor();
        // Those who cannot tell much wait longer, but not for ever: there may be no others.
        boolean othersFirst = witness == null || probed.getIfPresent(witness) != null;
        return probing.isNegative()
                || breaker.state() != CircuitBreakerState.CLOSED && othersFirst && probing.compareTo(delay) < 0;
    }

    Breaker breaker() {
        return breaker;
    }

    private Sign judge(String witness, Throwable failure) {
        Sign sign = LeanBreaker.ofLean(failure);
        if (witness == null) {
            // Only a token: anyone can have wrong secrets refused, also by a Lean that fails at all that is right.
            return failure == null ? Sign.GOOD : Sign.NONE;
        }
        if (sign == Sign.GOOD) {
            failing.invalidate(witness);
        } else if (sign == Sign.BAD && breaker.state() == CircuitBreakerState.CLOSED) {
            return failing.asMap().putIfAbsent(witness, Boolean.TRUE) == null ? Sign.BAD : Sign.NONE;
        } else if (sign == Sign.BAD && breaker.state() == CircuitBreakerState.HALF_OPEN) {
            probed.put(witness, Boolean.TRUE);
        }
        return sign;
    }

    private static Cache<String, Boolean> witnesses(Clock clock) {
        return Caffeine.newBuilder()
                .maximumSize(MAX_WITNESSES)
                .expireAfterWrite(ONCE_IN)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .build();
    }
}
