package dev.leantokens.access;

import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import jakarta.inject.Singleton;

/**
 * The callers with tokens of issuers for which Lean has been called lately. Each is a sharer of the service's budget, but they
 * are not configured one by one, so only those that use it are counted. Thread-safe.
 */
@Singleton
class RecentCallers {

    /** Ten windows of the budget: a share is not cut while its caller pauses. */
    static final Duration RECENT = Duration.ofMinutes(10);

    /** Limits their memory. Shares are below one call long before. */
    static final int MAX_CALLERS = 1_000;

    /** The sharer of callers beyond the limit: they share like anonymous callers. */
    static final String OTHERS = "other callers with tokens";

    private final Clock clock;
    /** The time of the last call by account, the oldest first. Guarded by this. */
    private final Map<String, Long> lastCalls = new LinkedHashMap<>();

    RecentCallers(Clock clock) {
        this.clock = clock;
    }

    /**
     * Notes that a call is made for a caller.
     *
     * @return the sharer that the call is counted on
     */
    synchronized String called(String account) {
        long now = clock.millis();
        forget(now);
        boolean known = lastCalls.remove(account) != null;
        if (!known && lastCalls.size() >= MAX_CALLERS) {
            return OTHERS;
        }
        lastCalls.put(account, now);
        return account;
    }

    /** @return the number of sharers */
    synchronized int sharers() {
        forget(clock.millis());
        int callers = lastCalls.size();
        return callers < MAX_CALLERS ? callers : callers + 1;
    }

    private void forget(long now) {
        Iterator<Long> oldest = lastCalls.values().iterator();
        while (oldest.hasNext() && now - oldest.next() >= RECENT.toMillis()) {
            oldest.remove();
        }
    }
}
