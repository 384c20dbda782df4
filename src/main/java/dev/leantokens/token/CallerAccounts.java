package dev.leantokens.token;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import dev.leantokens.token.UpstreamTokenRequest.Purpose;

/**
 * The callers that one call to Lean is made for. Others join while the call waits, and it gets the best place that any of them
 * has. Callers of the same account count once, so that a crowd takes no more memory than one. A caller that gives up stays:
 * its token will be in the cache. Thread-safe.
 */
public final class CallerAccounts {

    private final CallerAccount first;
    /** By account, the first one excluded; null until there is another, as for most. Guarded by this, as everything below. */
    private Map<String, CallerAccount> others;
    private Purpose purpose;
    private Consumer<CallerAccount> watcher;
    private long changes;
    private boolean closed;

    /**
     * The requesters at one time.
     *
     * @param all in the order in which they joined
     * @param purpose the most important one that any of them has
     * @param changes tells whether somebody joined since
     */
    public record Snapshot(List<CallerAccount> all, Purpose purpose, long changes) {
    }

    public CallerAccounts(CallerAccount first, Purpose purpose) {
        this.first = first;
        this.purpose = purpose;
    }

    /** @return false if the call was already refused for those that it was for: the caller has to make another one */
    public boolean join(CallerAccount requester, Purpose its) {
        Consumer<CallerAccount> told;
        synchronized (this) {
            if (closed) {
                return false;
            }
            boolean needed = its == Purpose.NEED && purpose != Purpose.NEED;
            boolean added = add(requester);
            if (!added && !needed) {
                return true;
            }
            purpose = needed ? Purpose.NEED : purpose;
            changes++;
            told = watcher;
        }
        if (told != null) {
            told.accept(requester);
        }
        return true;
    }

    private boolean add(CallerAccount requester) {
        if (requester.account().equals(first.account())) {
            return false;
        }
        if (others == null) {
            others = new LinkedHashMap<>();
        }
        return others.putIfAbsent(requester.account(), requester) == null;
    }

    /** @return the one that began the call */
    public CallerAccount first() {
        return first;
    }

    /** @return the most important purpose that any of them has */
    public synchronized Purpose purpose() {
        return purpose;
    }

    public synchronized Snapshot now() {
        return new Snapshot(all(), purpose, changes);
    }

    /**
     * Tells of those that are there and of each that joins, possibly twice, on the thread that it joins on.
     *
     * @param next takes the place of the watcher before
     */
    public void watch(Consumer<CallerAccount> next) {
        List<CallerAccount> present;
        synchronized (this) {
            watcher = next;
            present = all();
        }
        present.forEach(next);
    }

    /**
     * The call is refused for all of them.
     *
     * @return false if somebody joined since: it has to be looked at again
     */
    public synchronized boolean closeAsOf(Snapshot known) {
        closed = changes == known.changes();
        return closed;
    }

    private List<CallerAccount> all() {
        if (others == null) {
            return List.of(first);
        }
        List<CallerAccount> all = new ArrayList<>(others.size() + 1);
        all.add(first);
        all.addAll(others.values());
        return all;
    }
}
