package dev.leantokens.store;

import java.time.Duration;

/**
 * The time limits of the store.
 *
 * @param timeout the longest time that a call for a token waits for Redis, in all
 * @param lease how long a replica that calls Lean keeps the others from doing the same
 * @param longestWait the longest time that a call for a token waits for other replicas
 * @param refusals how long Lean's refusals are remembered
 * @param tolerance how far clocks may differ
 */
record StoreTimes(Duration timeout, Duration lease, Duration longestWait, Duration refusals, Duration tolerance) {

    /** A call waits for Redis twice: for its token and for its place in the budget. */
    private static final int WAITS = 2;

    /** @return how long one of the waits of a call may take */
    static Duration patience(Duration timeout) {
        return timeout.dividedBy(WAITS);
    }
}
