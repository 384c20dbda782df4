package dev.leantokens.soak;

import java.util.Map;
import java.util.TreeMap;

/** What has been found wrong: the first of each kind in full as it is found, and how many there were. Thread-safe. */
final class Findings {

    private static final int SHOWN_IN_FULL = 5;

    private final Map<String, Integer> counts = new TreeMap<>();

    synchronized void add(String kind, String detail) {
        if (counts.merge(kind, 1, Integer::sum) <= SHOWN_IN_FULL) {
            System.out.printf("WRONG: %s: %s%n", kind, detail);
        }
    }

    synchronized Map<String, Integer> counts() {
        return new TreeMap<>(counts);
    }
}
