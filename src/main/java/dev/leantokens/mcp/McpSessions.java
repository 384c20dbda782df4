package dev.leantokens.mcp;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Whose the sessions are, and how many there are. Clients seldom end a session, so one more than there may be is not refused:
 * the
 * one that its caller has not used for longest is ended for it, and that client begins another, as MCP has it do. What a caller
 * does costs no other caller a session, until all of them together have too many: then who has most loses one. Thread-safe.
 */
final class McpSessions {

    /**
     * @param owner whose it is, and who alone may use it
     * @param account what it counts for
     */
    private record Session(String owner, String account) {
    }

    private final int most;
    private final int mostOfOne;
    private final Consumer<String> end;

    /** By id, the one that was not used for longest first. Guarded by this, as everything. */
    private final LinkedHashMap<String, Session> sessions = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();

    /**
     * @param most the number of sessions that there may be
     * @param mostOfOne the number of sessions that one account may have
     * @param end ends a session, given its id
     */
    McpSessions(int most, int mostOfOne, Consumer<String> end) {
        this.most = most;
        this.mostOfOne = mostOfOne;
        this.end = end;
    }

    /** A caller has begun a session. */
    synchronized void begun(String id, String owner, String account) {
        sessions.put(id, new Session(owner, account));
        if (counts.merge(account, 1, Integer::sum) > mostOfOne) {
            endOneOf(account);
        }
        if (sessions.size() > most) {
            endOneOf(counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey());
        }
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

    synchronized int size() {
        return sessions.size();
    }

    private void endOneOf(String account) {
        for (Iterator<Map.Entry<String, Session>> all = sessions.entrySet().iterator(); all.hasNext();) {
            Map.Entry<String, Session> oldest = all.next();
            if (oldest.getValue().account().equals(account)) {
                all.remove();
                uncount(oldest.getValue());
                end.accept(oldest.getKey());
                return;
            }
        }
    }

    private void uncount(Session gone) {
        counts.computeIfPresent(gone.account(), (account, count) -> count == 1 ? null : count - 1);
    }
}
