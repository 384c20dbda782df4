package dev.leantokens.soak;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

import dev.leantokens.soak.Disturbance.Party;
import dev.leantokens.token.ClientCredentials;

/**
 * Checks, by what arrives at Lean, that no client makes more calls in any minute than allowed: the limit, and twice the limit
 * while the store fails and until everything from that time has left the minute (ADR 20). Thread-safe.
 */
final class CallLimit {

    private static final Duration WINDOW = Duration.ofMinutes(1);
    /** Replicas notice by then that the store is back. */
    private static final Duration TO_RECOVER = Duration.ofSeconds(5);

    private final int limit;
    private final Findings findings;
    private final Journal journal;
    private final Map<String, Deque<Instant>> calls = new HashMap<>();
    private final Map<String, Integer> most = new HashMap<>();
    private long strictlyChecked;
    private int mostAfterFaults;
    private int excesses;
    private long all;

    CallLimit(int limit, Findings findings, Journal journal) {
        this.limit = limit;
        this.findings = findings;
        this.journal = journal;
    }

    synchronized void record(String clientId) {
        Instant now = Instant.now();
        Instant start = now.minus(WINDOW);
        Deque<Instant> recent = calls.computeIfAbsent(clientId, id -> new ArrayDeque<>());
        recent.addLast(now);
        while (!recent.peekFirst().isAfter(start)) {
            recent.removeFirst();
        }
        all++;
        int number = recent.size();
        // What was called during the fault must have left the minute, too.
        boolean storeFailed = journal.disturbed(Party.STORE, start.minus(TO_RECOVER), now);
        if (storeFailed) {
            mostAfterFaults = Math.max(mostAfterFaults, number);
            excesses += number > limit ? 1 : 0;
        } else {
            strictlyChecked++;
            most.merge(clientId, number, Math::max);
        }
        if (number > (storeFailed ? 2 * limit : limit)) {
            findings.add("more calls to Lean in a minute than allowed", number + " for client " + clientId
                    + (storeFailed ? " after a fault of the store" : ""));
        }
    }

    /** @return the largest number of calls for a client in any minute without a fault of the store */
    synchronized int most(ClientCredentials client) {
        return most.getOrDefault(client.clientId(), 0);
    }

    /** @return the largest number of calls for any client in the minutes with a fault of the store */
    synchronized int mostAfterFaults() {
        return mostAfterFaults;
    }

    /** @return the calls beyond the limit, all of which a fault of the store allowed */
    synchronized int excesses() {
        return excesses;
    }

    /** @return the calls for which no fault of the store allowed more than the limit */
    synchronized long strictlyChecked() {
        return strictlyChecked;
    }

    synchronized long all() {
        return all;
    }
}
