package dev.leantokens.token;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import dev.leantokens.token.UpstreamTokenRequest.Purpose;

/**
 * The accounts that one call to Lean is made for. Others can join while the call waits; the call then takes the best place that
 * any of them has. Each account counts once, so that a crowd of callers takes no more memory than one. A caller that gives up
 * stays, since the token will be cached. Thread-safe.
 */
public final class CallerAccounts {

    private final CallerAccount first;
    /** By name, without the first; null until a second joins, which is rare. Guarded by this, like all fields below. */
    private Map<String, CallerAccount> others;
    private Purpose purpose;
    private Consumer<CallerAccount> watcher;
    private long changes;
    private boolean closed;

    /**
     * The accounts at one point in time.
     *
     * @param all in the order in which they joined
     * @param purpose the most important purpose of any of them
     * @param changes a counter that tells whether another joined since
     */
    public record Snapshot(List<CallerAccount> all, Purpose purpose, long changes) {
    }

    public CallerAccounts(CallerAccount first, Purpose purpose) {
        this.first = first;
        this.purpose = purpose;
    }

    /** @return false if the call has already been refused for its callers: the caller must start another one */
    public boolean join(CallerAccount account, Purpose wanted) {
        Consumer<CallerAccount> notified;
        synchronized (this) {
            if (closed) {
                return false;
            }
            boolean becomesNeeded = wanted == Purpose.NEED && purpose != Purpose.NEED;
            boolean added = add(account);
            if (!added && !becomesNeeded) {
                return true;
            }
            purpose = becomesNeeded ? Purpose.NEED : purpose;
            changes++;
            notified = watcher;
        }
        if (notified != null) {
            notified.accept(account);
        }
        return true;
    }

    private boolean add(CallerAccount account) {
        if (account.account().equals(first.account())) {
            return false;
        }
        if (others == null) {
            others = new LinkedHashMap<>();
        }
        return others.putIfAbsent(account.account(), account) == null;
    }

    /** @return the account that started the call */
    public CallerAccount first() {
        return first;
    }

    /** @return the most important purpose of any of them */
    public synchronized Purpose purpose() {
        return purpose;
    }

    public synchronized Snapshot snapshot() {
        return new Snapshot(all(), purpose, changes);
    }

    /**
     * Notifies a watcher of the present accounts and of each that joins, possibly twice, on the joining thread.
     *
     * @param next replaces the previous watcher
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
     * Refuses the call for all accounts, unless another has joined.
     *
     * @return false if another has joined since the snapshot: the call must be considered again
     */
    public synchronized boolean closeIfUnchanged(Snapshot snapshot) {
        closed = changes == snapshot.changes();
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
