package dev.leantokens.error;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * Remembers when each kind of error occurred last. There is a place for each kind, so errors of one kind displace no others,
 * however many there are. Allocates nothing for an error. Thread-safe.
 */
final class RecentErrors {

    private static final List<Origin> ORIGINS = List.of(Origin.values());
    private static final List<TokenError> ERRORS = List.of(TokenError.values());

    private final AtomicLongArray counts = new AtomicLongArray(ORIGINS.size() * ERRORS.size());
    /** In milliseconds; meaningless without a count. */
    private final AtomicLongArray times = new AtomicLongArray(counts.length());

    void add(Origin origin, TokenError error, long now) {
        int kind = origin.ordinal() * ERRORS.size() + error.ordinal();
        times.set(kind, now);
        counts.incrementAndGet(kind);
    }

    /** @return the kinds of errors that occurred last, the latest first */
    List<RecentError> latest(int limit) {
        return IntStream.range(0, counts.length()).filter(kind -> counts.get(kind) > 0).mapToObj(this::error)
                .sorted(Comparator.comparing(RecentError::last).reversed()).limit(limit).toList();
    }

    private RecentError error(int kind) {
        return new RecentError(ORIGINS.get(kind / ERRORS.size()), ERRORS.get(kind % ERRORS.size()), counts.get(kind),
                Instant.ofEpochMilli(times.get(kind)));
    }
}
