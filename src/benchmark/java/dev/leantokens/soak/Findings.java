package dev.leantokens.soak;

import java.util.Map;
import java.util.TreeMap;

/** Prints the first findings of each kind and counts all of them. Thread-safe. */
final class Findings {

    private static final int PRINTED = 5;

    private final Map<String, Integer> counts = new TreeMap<>();

    synchronized void add(String kind, String detail) {
        if (counts.merge(kind, 1, Integer::sum) <= PRINTED) {
            System.out.printf("WRONG: %s: %s%n", kind, detail);
        }
    }

    synchronized Map<String, Integer> counts() {
        return new TreeMap<>(counts);
    }
}
