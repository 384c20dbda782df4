package dev.leantokens.mcp.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose the sessions are, and how many there are. Clients seldom end a session, so one more than there may be is not
 * refused: the one that its caller has not used for longest is ended for it, and that client begins another, as MCP has it
 * do. What a caller does costs no other caller a session, until all of them together have too many: then who has most loses
 * one. Thread-safe.
 */
final class McpSessions {

    /**
     * @param owner whose it is, and who alone may use it
     * @param account what it counts for
     * @param end ends it
     */
    private record Session(String owner, String account, Runnable end) {
    }

    private final int most;
    private final int mostOfOne;

    /** By id, the one that was not used for longest first. Guarded by this, as everything. */
    private final LinkedHashMap<String, Session> sessions = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();

    /**
     * @param most the number of sessions that there may be
     * @param mostOfOne the number of sessions that one account may have
     */
    McpSessions(int most, int mostOfOne) {
        this.most = most;
        this.mostOfOne = mostOfOne;
    }

    /**
     * A caller has begun a session.
     *
     * @param end ends it, if there are too many
     */
    void begun(String id, String owner, String account, Runnable end) {
        List<Runnable> ends = new ArrayList<>(1);
        synchronized (this) {
            sessions.put(id, new Session(owner, account, end));
            if (counts.merge(account, 1, Integer::sum) > mostOfOne) {
                takeOneOf(account).ifPresent(ends::add);
            }
            if (sessions.size() > most) {
                takeOneOf(counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey())
                        .ifPresent(ends::add);
            }
        }
        // Not while others wait: it can close a connection.
        ends.forEach(Runnable::run);
    }

    /** @return whether this caller may use the session; if so, it has used it now */
    synchronized boolean use(String id, String owner) {
        Session session = sessions.get(id);
        if (session == null || !session.owner().equals(owner)) {
            return false;
        }
        sessions.remove(id);
        sessions.put(id, session);
        return true;
    }

    /** The session is over. */
    synchronized void ended(String id) {
        Session gone = sessions.remove(id);
        if (gone != null) {
            uncount(gone);
        }
    }

    /** @return how many there are */
    synchronized int size() {
        return sessions.size();
    }

    private Optional<Runnable> takeOneOf(String account) {
        for (Iterator<Session> all = sessions.values().iterator(); all.hasNext();) {
            Session oldest = all.next();
            if (oldest.account().equals(account)) {
                all.remove();
                uncount(oldest);
                return Optional.of(oldest.end());
            }
        }
        return Optional.empty();
    }

    private void uncount(Session gone) {
        counts.computeIfPresent(gone.account(), (account, count) -> count == 1 ? null : count - 1);
    }
}
