package dev.leantokens.access;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import jakarta.inject.Singleton;

/**
 * The callers with tokens of issuers for which Lean has been called lately. They share their issuer's part of the service's
 * budget, but are not configured one by one, so only those that use it are counted. Thread-safe.
 */
@Singleton
class RecentCallers {

    /** Ten windows of the budget: a share is not cut while its caller pauses. */
    static final Duration RECENT = Duration.ofMinutes(10);

    /** For each issuer. Limits their memory: shares are below one call long before. */
    static final int MAX_CALLERS = 1_000;

    private final Clock clock;
    /** By issuer: the time of the last call by account, the oldest first. Guarded by this. */
    private final Map<String, Map<String, Long>> lastCalls = new HashMap<>();

    RecentCallers(Clock clock) {
        this.clock = clock;
    }

    /**
     * Notes that a call is made for a caller.
     *
     * @param issuer the id of its issuer
     * @return the sharer that the call is counted on: the account, or one for all callers beyond the limit
     */
    synchronized String called(String issuer, String account) {
        Map<String, Long> callers = recent(issuer);
        boolean known = callers.remove(account) != null;
        if (!known && callers.size() >= MAX_CALLERS) {
            return "other callers of " + issuer;
        }
        callers.put(account, clock.millis());
        return account;
    }

    /** @return the number of sharers of an issuer's part, at least one */
    synchronized int sharersOf(String issuer) {
        int callers = recent(issuer).size();
        return callers < MAX_CALLERS ? Math.max(1, callers) : callers + 1;
    }

    private Map<String, Long> recent(String issuer) {
        long now = clock.millis();
        Map<String, Long> callers = lastCalls.computeIfAbsent(issuer, unknown -> new LinkedHashMap<>());
        Iterator<Long> oldest = callers.values().iterator();
        while (oldest.hasNext() && now - oldest.next() >= RECENT.toMillis()) {
            oldest.remove();
        }
        return callers;
    }
}
