package dev.leantokens.soak;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

import dev.leantokens.token.ClientCredentials;

/** Checks that no client makes more calls to Lean in any minute than allowed. Thread-safe. */
final class CallLimit {

    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

    private final int limit;
    private final Findings findings;
    private final Map<String, Deque<Long>> calls = new HashMap<>();
    private final Map<String, Integer> most = new HashMap<>();
    private long all;

    CallLimit(int limit, Findings findings) {
        this.limit = limit;
        this.findings = findings;
    }

    synchronized void record(String clientId) {
        long now = System.nanoTime();
        Deque<Long> recent = calls.computeIfAbsent(clientId, id -> new ArrayDeque<>());
        recent.addLast(now);
        while (now - recent.peekFirst() >= WINDOW_NANOS) {
            recent.removeFirst();
        }
        all++;
        most.merge(clientId, recent.size(), Math::max);
        if (recent.size() > limit) {
            findings.add("more calls to Lean in a minute than allowed", recent.size() + " for client " + clientId);
        }
    }

    /** @return the largest number of calls for a client in any minute */
    synchronized int most(ClientCredentials client) {
        return most.getOrDefault(client.clientId(), 0);
    }

    synchronized long all() {
        return all;
    }
}
