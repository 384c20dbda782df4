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
 * Decides whether and when to retry a failed call. Immutable, and thread-safe if {@code random} is.
 *
 * @param maxAttempts the number of calls for one token
 * @param delay the longest wait before the second attempt; doubled for each further one
 * @param longestCall the longest time that a call can take
 * @param random numbers from 0 to 1, which keep calls that failed together from being retried together
 */
record RetryPolicy(int maxAttempts, Duration delay, Duration longestCall, DoubleSupplier random) {

    /** What may be over soon. Other 5xx than those of a gateway are failures of Lean itself and likely to recur. */
    private static final Set<TokenError> TRANSIENT = EnumSet.of(TokenError.THROTTLED, TokenError.LEAN_UNAVAILABLE,
            TokenError.LEAN_TIMED_OUT);

    /**
     * @param failure the failure of the last attempt, with the time to wait if Lean said one
     * @param attempts the number of attempts made
     * @param now the current time
     * @param deadline when the last attempt must be over
     * @return the time to wait before the next attempt; empty if none is to be made
     */
    Optional<Duration> waitAfter(TokenException failure, int attempts, Instant now, Instant deadline) {
        if (!TRANSIENT.contains(failure.error()) || attempts >= maxAttempts) {
            return Optional.empty();
        }
        // Between half and all of it, added to the time that Lean requires.
        Duration longest = delay.multipliedBy(1L << Math.min(attempts - 1, 20));
        Duration backoff = Duration.ofMillis(Math.round(longest.toMillis() * (0.5 + random.getAsDouble() / 2)));
        Duration wait = failure.response().retryAfter().map(backoff::plus).orElse(backoff);
        return now.plus(wait).plus(longestCall).isAfter(deadline) ? Optional.empty() : Optional.of(wait);
    }
}
