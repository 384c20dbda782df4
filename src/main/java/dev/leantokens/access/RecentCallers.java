package dev.leantokens.access;

import java.time.Clock;
import java.time.Duration;
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

    /**
     * Of all issuers together. Each sharer is guaranteed one call at least, so many of them would leave nothing of others'
     * shares.
     */
    static final int MAX_SHARERS = 16;

    private final Clock clock;
    /** By account, the one without calls for the longest time first. Guarded by this. */
    private final Map<String, Call> lastCalls = new LinkedHashMap<>();

    private record Call(String issuer, long time) {
    }

    RecentCallers(Clock clock) {
        this.clock = clock;
    }

    /**
     * Notes that a call is made for a caller.
     *
     * @param issuer the id of its issuer
     * @return the sharer that the call is counted on: the account, or one for all callers of the issuer beyond the limit
     */
    synchronized String called(String issuer, String account) {
        long now = forgetOld();
        boolean known = lastCalls.remove(account) != null;
        if (!known && lastCalls.size() >= MAX_SHARERS) {
            return "other callers of " + issuer;
        }
        lastCalls.put(account, new Call(issuer, now));
        return account;
    }

    /** @return the number of sharers of an issuer's part, at least one */
    synchronized int sharersOf(String issuer) {
        forgetOld();
        int callers = (int) lastCalls.values().stream().filter(call -> call.issuer().equals(issuer)).count();
        return callers == 0 || lastCalls.size() >= MAX_SHARERS ? callers + 1 : callers;
    }

    private long forgetOld() {
        long now = clock.millis();
        Iterator<Call> oldest = lastCalls.values().iterator();
        while (oldest.hasNext() && now - oldest.next().time() >= RECENT.toMillis()) {
            oldest.remove();
        }
        return now;
    }
}
