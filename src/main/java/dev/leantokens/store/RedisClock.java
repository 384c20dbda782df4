package dev.leantokens.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The clock of Redis, as this replica last read it: at each heartbeat, or later in a reply. The nodes of a cluster count as one
 * clock; if they differ by more than some milliseconds, a call for a token can need another request to Redis. Thread-safe.
 */
final class RedisClock implements StoreLink.Listener {

    /** A difference that is no delay: the clock of Redis was set. */
    private static final long SET_BACK_MICROS = 1_000_000;

    /** Null before the first heartbeat. */
    private volatile RedisInstant latest;

    @Override
    public void pulse(StorePulse pulse) {
        read(ChronoUnit.MICROS.between(Instant.EPOCH, pulse.time()));
    }

    /**
     * @param micros the time in a reply that has just arrived, in microseconds
     * @return the same
     */
    synchronized RedisInstant read(long micros) {
        RedisInstant read = new RedisInstant(micros, System.nanoTime());
        long behind = latest == null ? 0 : latest.now() - micros;
        // A reply that was read late says less than an earlier one.
        if (behind <= 0 || behind > SET_BACK_MICROS) {
            latest = read;
        }
        return read;
    }

    /** @return the present time, or one a little earlier; empty before the first heartbeat */
    Optional<RedisInstant> now() {
        RedisInstant known = latest;
        return known == null ? Optional.empty() : Optional.of(new RedisInstant(known.now(), System.nanoTime()));
    }
}
