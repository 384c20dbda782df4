package dev.leantokens.store;

/**
 * A time of Redis' clock, and when it was read. Replicas measure by this clock, since their own can differ.
 *
 * @param micros microseconds since 1970
 * @param nanoTime {@link System#nanoTime()} of this machine, not earlier than that
 */
record RedisInstant(long micros, long nanoTime) {

    /** @return the present time, in microseconds */
    long now() {
        return micros + (System.nanoTime() - nanoTime) / 1000;
    }
}
