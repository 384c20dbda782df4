package dev.leantokens.store;

import java.time.Duration;

/**
 * Tells when requests that fail one by one mean that Redis is down: when several fail in a row, and for long enough. All
 * requests that are waiting fail together when Redis or this process pauses for a moment. To be used by one thread at a time.
 */
final class FailureStreak {

    /** How many failures in a row mean that Redis is down. */
    static final int LENGTH = 5;
    /** How long Redis has not answered then. Each request waits for a part of this time only. */
    static final Duration DURATION = Duration.ofMillis(250);

    private int failures;
    private long since;

    /** Records a request that succeeded in time. */
    void end() {
        failures = 0;
    }

    /**
     * Records a failure.
     *
     * @param sent when the request was sent, by {@link System#nanoTime()}
     * @return whether Redis is down
     */
    boolean add(long sent, long now) {
        if (failures++ == 0) {
            since = sent;
        }
        return failures >= LENGTH && now - since >= DURATION.toNanos();
    }
}
