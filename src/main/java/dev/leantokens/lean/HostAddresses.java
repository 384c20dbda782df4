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
 * The addresses of one host and their recent failures. After a failure, the next connection goes to another address (RFC 1123
 * §2.3). Thread-safe.
 */
final class HostAddresses {

    /** How long a failure is remembered. Afterwards the address is tried in its turn again, since it may have recovered. */
    static final Duration FAILURE_MEMORY = Duration.ofSeconds(60);

    private final LongSupplier clock;

    /** Guarded by this, as is the next field. */
    private List<InetAddress> addresses = List.of();
    private final Map<InetAddress, Long> failures = new HashMap<>();

    /** @param clock nanoseconds since an arbitrary origin */
    HostAddresses(LongSupplier clock) {
        this.clock = clock;
    }

    /** @param resolved in the resolver's order, which is kept, except that IPv4 and IPv6 alternate (RFC 8305 §4) */
    synchronized void replace(List<InetAddress> resolved) {
        addresses = alternating(resolved);
        failures.keySet().retainAll(Set.copyOf(addresses));
    }

    /** @return the address to try next: the first without a recent failure, otherwise the one with the oldest failure */
    synchronized Optional<InetAddress> next() {
        long now = clock.getAsLong();
        failures.values().removeIf(at -> now - at > FAILURE_MEMORY.toNanos());
        return addresses.stream().filter(address -> !failures.containsKey(address)).findFirst()
                .or(() -> addresses.stream().min(Comparator.comparing(failures::get)));
    }

    synchronized void recordFailure(InetAddress address) {
        if (addresses.contains(address)) {
            failures.put(address, clock.getAsLong());
        }
    }

    synchronized void recordSuccess(InetAddress address) {
        failures.remove(address);
    }

    synchronized int count() {
        return addresses.size();
    }

    private static List<InetAddress> alternating(List<InetAddress> resolved) {
        Deque<InetAddress> six = new ArrayDeque<>();
        Deque<InetAddress> four = new ArrayDeque<>();
        resolved.forEach(address -> (address instanceof Inet6Address ? six : four).add(address));
        boolean sixNext = !resolved.isEmpty() && resolved.get(0) instanceof Inet6Address;
        List<InetAddress> ordered = new ArrayList<>();
        while (!six.isEmpty() || !four.isEmpty()) {
            ordered.add((sixNext && !six.isEmpty() || four.isEmpty() ? six : four).removeFirst());
            sixNext = !sixNext;
        }
        return List.copyOf(ordered);
    }
}
