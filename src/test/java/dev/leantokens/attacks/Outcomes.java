package dev.leantokens.attacks;

import java.util.Map;
import java.util.TreeMap;

/** Counts the requests of an attacker and their outcomes. Thread-safe. */
public final class Outcomes {

    private final Map<String, Long> counts = new TreeMap<>();
    private long sent;
    private long connections;

    synchronized void sent(int requests) {
        sent += requests;
    }

    synchronized void connected() {
        connections++;
    }

    /** @param outcome the status of the answer, or the reason why it is missing */
    synchronized void got(String outcome) {
        counts.merge(outcome, 1L, Long::sum);
    }

    /** @return the number of requests */
    public synchronized long requests() {
        return sent;
    }

    /** @return the number of connections that were opened */
    public synchronized long connections() {
        return connections;
    }

    /** @return how often each outcome occurred */
    public synchronized Map<String, Long> counts() {
        return new TreeMap<>(counts);
    }
}
