package dev.leantokens.soak;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.leantokens.soak.Disturbance.Party;

/** When which party was disturbed, which decides what its callers may notice. Thread-safe. */
final class Journal {

    private final List<Entry> entries = new ArrayList<>();

    /**
     * @param replica the disturbed replica; -1 if it is not one
     * @param until {@link Instant#MAX} while it lasts
     */
    private record Entry(Disturbance disturbance, int replica, Instant from, Instant until) {

        private boolean overlaps(Instant start, Instant end) {
            return from.isBefore(end) && until.isAfter(start);
        }
    }

    synchronized void begin(Disturbance disturbance, int replica) {
        if (!entries.isEmpty() && entries.get(entries.size() - 1).until().equals(Instant.MAX)) {
            throw new IllegalStateException("one at a time");
        }
        entries.add(new Entry(disturbance, replica, Instant.now(), Instant.MAX));
    }

    /** Ends the disturbance that lasts. */
    synchronized void end() {
        Entry last = entries.remove(entries.size() - 1);
        entries.add(new Entry(last.disturbance(), last.replica(), last.from(), Instant.now()));
    }

    /** @return whether the party was disturbed at any time of the interval */
    synchronized boolean disturbed(Party party, Instant from, Instant until) {
        return entries.stream().anyMatch(entry -> entry.disturbance().party() == party && entry.overlaps(from, until));
    }

    /** @return how often the party was disturbed in the interval */
    synchronized long count(Party party, Instant from, Instant until) {
        return entries.stream().filter(entry -> entry.disturbance().party() == party && entry.overlaps(from, until)).count();
    }

    /** @return for how long the replica was frozen within the interval */
    synchronized Duration frozen(int replica, Instant from, Instant until) {
        return entries.stream().filter(entry -> isFreeze(entry, replica) && entry.overlaps(from, until))
                .map(entry -> Duration.between(later(entry.from(), from), earlier(entry.until(), until)))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** @return when the replica was frozen while it worked on a request of this interval */
    synchronized Optional<Instant> frozenDuring(int replica, Instant sentAt, Instant receivedAt) {
        return entries.stream().filter(entry -> isFreeze(entry, replica) && entry.overlaps(sentAt, receivedAt))
                .map(Entry::from).filter(sentAt::isBefore).findFirst();
    }

    private static boolean isFreeze(Entry entry, int replica) {
        return entry.disturbance() == Disturbance.REPLICA_FREEZES && entry.replica() == replica;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** @return how often each disturbance occurred */
    synchronized Map<Disturbance, Integer> counts() {
        Map<Disturbance, Integer> counts = new EnumMap<>(Disturbance.class);
        entries.forEach(entry -> counts.merge(entry.disturbance(), 1, Integer::sum));
        return counts;
    }
}
