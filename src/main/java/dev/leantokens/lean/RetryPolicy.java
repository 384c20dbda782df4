package dev.leantokens.lean;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

/**
 * Whether and when Lean is asked again after it failed. Immutable and thread-safe, as far as its source of chance is.
 *
 * @param maxAttempts how often Lean is asked for one token
 * @param delay the longest wait before the second attempt; doubled for each further one
 * @param longestCall how long a call can take
 * @param chance numbers from 0 to 1, by which those who failed together do not come again together
 */
record RetryPolicy(int maxAttempts, Duration delay, Duration longestCall, DoubleSupplier chance) {

    /** What may be over soon. Another 5xx than those of a gateway is Lean's own failure, and likely to be the same again. */
    private static final Set<TokenError> PASSING = EnumSet.of(TokenError.THROTTLED, TokenError.LEAN_UNAVAILABLE,
            TokenError.LEAN_TIMED_OUT);

    /**
     * @param failure how the attempt ended, with the time to wait if Lean said one
     * @param attempts how many have been made, this one included
     * @param now the time
     * @param deadline when the last attempt must be over
     * @return how long to wait before the next; empty if there is to be none
     */
    Optional<Duration> waitAfter(TokenException failure, int attempts, Instant now, Instant deadline) {
        if (!PASSING.contains(failure.error()) || attempts >= maxAttempts) {
            return Optional.empty();
        }
        // From half of it to all of it; on top of Lean's own wait, before which Lean must not be asked.
        Duration longest = delay.multipliedBy(1L << Math.min(attempts - 1, 20));
        Duration backoff = Duration.ofMillis(Math.round(longest.toMillis() * (0.5 + chance.getAsDouble() / 2)));
        Duration wait = failure.response().retryAfter().map(backoff::plus).orElse(backoff);
        return now.plus(wait).plus(longestCall).isAfter(deadline) ? Optional.empty() : Optional.of(wait);
    }
}
