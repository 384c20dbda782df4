package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.github.benmanes.caffeine.cache.Cache;

import dev.leantokens.lean.Breaker.Sign;
import dev.leantokens.token.AccessToken;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.mutiny.Uni;

/**
 * A breaker that opens when Lean fails for many witnesses. A failure counts once for each witness, until a call of that witness
 * succeeds, the breaker closes, or ten minutes have passed: repeating a request for which Lean fails is no new evidence. A
 * witness whose probe failed leaves the next probe to others. Thread-safe.
 */
@RegisterForReflection(classNames = {
        // Caffeine loads the classes for the settings below by name.
        "com.github.benmanes.caffeine.cache.SSMSW", "com.github.benmanes.caffeine.cache.PSWMS" })
final class OutageBreaker {

    /** Others are evicted early and count once more. */
    private static final int MAX_WITNESSES = 1000;
    /** How long a witness that keeps failing does not count again, so that it does not hide an outage for good. */
    private static final Duration ONCE_IN = Duration.ofMinutes(10);

    private final Breaker breaker;
    private final Duration delay;
    private final Cache<String, Boolean> failing;
    private final Cache<String, Boolean> probed;

    /**
     * @param refusal the error message for calls that are not made
     * @param listener receives each new state
     */
    OutageBreaker(LeanConfig config, Clock clock, String refusal, Consumer<CircuitBreakerState> listener) {
        this.delay = config.breakerDelay();
        this.failing = witnesses(clock);
        this.probed = witnesses(clock);
        this.breaker = new Breaker(config, clock, refusal, state -> {
            if (state == CircuitBreakerState.CLOSED) {
                // Each witness counts again in the next outage.
                failing.invalidateAll();
                probed.invalidateAll();
            }
            listener.accept(state);
        });
    }

    /**
     * @param witness the witness whose failure counts; null if a failure is no evidence
     * @return the call's outcome; or a failure if it is not made
     */
    Uni<AccessToken> pass(String witness, Supplier<Uni<AccessToken>> call) {
        return breaker.pass(call, failure -> judge(witness, failure));
    }

    /** Counts a call that was made when this breaker did not exist yet. */
    void count(String witness, Throwable failure) {
        breaker.count(judge(witness, failure));
    }

    /** @return whether this call is refused, even if another one may probe */
    boolean isRefusing(String witness) {
        Duration probing = breaker.probingTime();
        // Calls that show less wait for others, for a limited time: there may be no others.
        boolean othersFirst = witness == null || probed.getIfPresent(witness) != null;
        return probing.isNegative()
                || breaker.state() != CircuitBreakerState.CLOSED && othersFirst && probing.compareTo(delay) < 0;
    }

    Breaker breaker() {
        return breaker;
    }

    private Sign judge(String witness, Throwable failure) {
        if (witness == null) {
            // Only a token is evidence: a Lean that fails for valid requests can still refuse wrong secrets, which anyone can send.
            return failure == null ? Sign.GOOD : Sign.NONE;
        }
        Sign sign = LeanBreaker.signOfLean(failure);
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
        return LeanBreaker.bounded(MAX_WITNESSES, clock).expireAfterWrite(ONCE_IN).build();
    }
}
