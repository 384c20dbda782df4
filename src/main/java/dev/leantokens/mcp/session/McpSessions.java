package dev.leantokens.mcp.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The owners of sessions, and a limit to their number. Clients rarely end sessions, so a session beyond the limit is not
 * refused: it replaces the one that its caller has not used for longest, and that client initializes a new one, as MCP
 * requires. A caller only loses a session to another caller when the limit for all callers is reached: then the caller with
 * the most sessions loses one. Thread-safe.
 */
final class McpSessions {

    /**
     * @param owner the identity of the only caller that may use the session
     * @param account the account that the session counts towards
     * @param end ends the session
     */
    private record Session(String owner, String account, Runnable end) {
    }

    private final int limit;
    private final int limitPerAccount;

    /** By id, least recently used first. Guarded by this, like the counts. */
    private final LinkedHashMap<String, Session> sessions = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();

    McpSessions(int limit, int limitPerAccount) {
        this.limit = limit;
        this.limitPerAccount = limitPerAccount;
    }

    /**
     * Adds a session that a caller has started, and ends others that exceed the limits.
     *
     * @param end ends the session, if it exceeds a limit later
     */
    void add(String id, String owner, String account, Runnable end) {
        List<Runnable> ends = new ArrayList<>(1);
        synchronized (this) {
            sessions.put(id, new Session(owner, account, end));
            if (counts.merge(account, 1, Integer::sum) > limitPerAccount) {
                removeOldest(account).ifPresent(ends::add);
            }
            if (sessions.size() > limit) {
                removeOldest(counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey())
                        .ifPresent(ends::add);
            }
        }
        // Outside the lock: it can close a connection.
        ends.forEach(Runnable::run);
    }

    /**
     * Marks a session as used.
     *
     * @return whether the caller may use it
     */
    synchronized boolean use(String id, String owner) {
        Session session = sessions.get(id);
        if (session == null || !session.owner().equals(owner)) {
            return false;
        }
        sessions.remove(id);
        sessions.put(id, session);
        return true;
    }

    /** Removes a session that has ended. */
    synchronized void remove(String id) {
        Session removed = sessions.remove(id);
        if (removed != null) {
            uncount(removed);
        }
    }

    synchronized int size() {
        return sessions.size();
    }

    private Optional<Runnable> removeOldest(String account) {
        for (Iterator<Session> iterator = sessions.values().iterator(); iterator.hasNext();) {
            Session oldest = iterator.next();
            if (oldest.account().equals(account)) {
                iterator.remove();
                uncount(oldest);
                return Optional.of(oldest.end());
            }
        }
        return Optional.empty();
    }

    private void uncount(Session removed) {
        counts.computeIfPresent(removed.account(), (account, count) -> count == 1 ? null : count - 1);
    }
}
