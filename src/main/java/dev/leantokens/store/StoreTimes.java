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

    /** A call waits for Redis twice: for its token, and then for its place in the budget. This part is left for the second. */
    private static final int LEFT = 5;

    /** @return how long a call may wait for its token */
    Duration lookup() {
        return timeout.minus(timeout.dividedBy(LEFT));
    }

    /**
     * @param waited how long the call has waited for its token
     * @return how long it may wait for its place in the budget
     */
    static Duration left(Duration timeout, Duration waited) {
        Duration left = timeout.minus(waited);
        Duration least = timeout.dividedBy(LEFT);
        return left.compareTo(least) < 0 ? least : left;
    }
}
