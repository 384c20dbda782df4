package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.github.benmanes.caffeine.cache.Cache;

import dev.leantokens.lean.Breaker.Sign;
import dev.leantokens.token.AccessToken;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.mutiny.Uni;

/**
 * Opens when Lean fails for many: a failure counts once for each witness, until that one succeeds. However often somebody asks
 * for the one thing at which Lean fails, it says nothing new. The same holds for finding out whether Lean is back: a witness
 * for which Lean still failed leaves the next turn to the others. Thread-safe.
 */
final class OutageBreaker {

    /** More are forgotten early, and count once more. */
    private static final int MAX_WITNESSES = 1000;

    private final Breaker breaker;
    private final Duration delay;
    private final Cache<String, Boolean> failing;
    private final Cache<String, Boolean> probed;

    OutageBreaker(LeanConfig config, Clock clock, Consumer<CircuitBreakerState> listener) {
        this.delay = config.breakerDelay();
        this.failing = LeanBreaker.bounded(MAX_WITNESSES, clock);
        this.probed = LeanBreaker.bounded(MAX_WITNESSES, clock);
        this.breaker = new Breaker(config, clock, state -> {
            if (state == CircuitBreakerState.CLOSED) {
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

    /** @return whether a call is to be refused, also if another one may find out whether Lean is back */
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
            return sign == Sign.BAD ? Sign.NONE : sign;
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
}
