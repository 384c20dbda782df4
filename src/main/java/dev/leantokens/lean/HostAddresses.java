package dev.leantokens.lean;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The addresses of one host, and their recent failures: the next connection goes to another address (RFC 1123 §2.3).
 * Thread-safe.
 */
final class HostAddresses {

    /** After that an address that failed is as good as the others, so that one that is back gets its turn. */
    static final Duration FAILURE_FORGOTTEN_AFTER = Duration.ofSeconds(60);

    private final LongSupplier clock;

    /** Guarded by this, as everything below. */
    private List<InetAddress> addresses = List.of();
    private final Map<InetAddress, Long> failures = new HashMap<>();

    /** @param clock nanoseconds since some time */
    HostAddresses(LongSupplier clock) {
        this.clock = clock;
    }

    /** @param found in the order of the resolver's, which is kept, except that the two families take turns (RFC 8305 §4) */
    synchronized void found(List<InetAddress> found) {
        addresses = inTurn(found);
        failures.keySet().retainAll(Set.copyOf(addresses));
    }

    /** @return the address to try next: the first without a recent failure, otherwise the one whose failure is the oldest */
    synchronized Optional<InetAddress> next() {
        long now = clock.getAsLong();
        failures.values().removeIf(at -> now - at > FAILURE_FORGOTTEN_AFTER.toNanos());
        return addresses.stream().filter(address -> !failures.containsKey(address)).findFirst()
                .or(() -> addresses.stream().min(Comparator.comparing(failures::get)));
    }

    synchronized void failed(InetAddress address) {
        if (addresses.contains(address)) {
            failures.put(address, clock.getAsLong());
        }
    }

    synchronized void served(InetAddress address) {
        failures.remove(address);
    }

    synchronized int count() {
        return addresses.size();
    }

    private static List<InetAddress> inTurn(List<InetAddress> found) {
        Deque<InetAddress> six = new ArrayDeque<>(found.stream().filter(Inet6Address.class::isInstance).toList());
        Deque<InetAddress> four = new ArrayDeque<>(
                found.stream().filter(address -> !(address instanceof Inet6Address)).toList());
        boolean sixNext = !found.isEmpty() && found.get(0) instanceof Inet6Address;
        List<InetAddress> ordered = new ArrayList<>();
        while (!six.isEmpty() || !four.isEmpty()) {
            Deque<InetAddress> turn = sixNext && !six.isEmpty() || four.isEmpty() ? six : four;
            ordered.add(turn.removeFirst());
            sixNext = !sixNext;
        }
        return List.copyOf(ordered);
    }
}
