package dev.leantokens.soak;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Prints the first findings of each kind and counts all of them. Those about times that this machine can have caused are
 * counted separately. Thread-safe.
 */
final class Findings {

    private static final int PRINTED = 5;
    private static final int INEXCUSABLE_PRINTED = 20;

    private final Stalls stalls;
    private final Map<String, Integer> printed = new TreeMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<AboutTime> aboutTimes = new ArrayList<>();

    private record AboutTime(String kind, Instant from, Instant until, Duration by, String detail) {
    }

    Findings(Stalls stalls) {
        this.stalls = stalls;
    }

    synchronized void add(String kind, String detail) {
        counts.merge(kind, 1, Integer::sum);
        print("WRONG: ", kind, detail);
    }

    /**
     * Adds a finding about a time.
     *
     * @param from the start of the interval in which a stall of this machine can be the cause
     * @param by how long it must have been to be the cause
     */
    synchronized void addAboutTime(String kind, String detail, Instant from, Instant until, Duration by) {
        aboutTimes.add(new AboutTime(kind, from, until, by, detail));
        print("WRONG, unless this machine stalled: ", kind, detail);
    }

    private void print(String label, String kind, String detail) {
        if (printed.merge(kind, 1, Integer::sum) <= PRINTED) {
            System.out.println(label + kind + ": " + detail);
        }
    }

    /** @return all except those that a stall can have caused */
    synchronized Map<String, Integer> counts() {
        Map<String, Integer> all = new TreeMap<>(counts);
        aboutTimes.stream().filter(finding -> !isExcused(finding))
                .forEach(finding -> all.merge(finding.kind(), 1, Integer::sum));
        return all;
    }

    /** @return those that a stall can have caused */
    synchronized Map<String, Integer> excused() {
        Map<String, Integer> excused = new TreeMap<>();
        aboutTimes.stream().filter(this::isExcused).forEach(finding -> excused.merge(finding.kind(), 1, Integer::sum));
        return excused;
    }

    /** Prints those about times that no stall can have caused. */
    synchronized void printInexcusable() {
        aboutTimes.stream().filter(finding -> !isExcused(finding)).limit(INEXCUSABLE_PRINTED)
                .forEach(finding -> System.out.println("WRONG: " + finding.kind() + ": " + finding.detail()));
    }

    private boolean isExcused(AboutTime finding) {
        return stalls.within(finding.from(), finding.until()).compareTo(finding.by()) >= 0;
    }
}
