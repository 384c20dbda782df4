package dev.leantokens.soak;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import dev.leantokens.attacks.Attacker;
import dev.leantokens.attacks.Kind;
import dev.leantokens.attacks.Target;

/** Attacks the replicas beside the load: in each of its turns by another kind, and all kinds before one is repeated. */
final class Attackers implements AutoCloseable {

    /** All except those that need a stalled log or spend the share of anonymous callers, which the load uses too. */
    private static final Set<Kind> KINDS = EnumSet
            .complementOf(EnumSet.of(Kind.STALLED_LOG, Kind.GREEDY_ANONYMOUS, Kind.FLIGHTS_TO_JOIN));
    /** Slow enough for the load to be served beside it on a small machine. */
    private static final double PACE = 0.1;
    private static final Duration TURN = Duration.ofSeconds(20);

    private final List<Target> replicas;
    private final Random random;
    private final Deque<Kind> next = new ArrayDeque<>();
    private final Map<String, Long> outcomes = new TreeMap<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private long requests;

    Attackers(List<Target> replicas, long seed) {
        this.replicas = replicas;
        this.random = new Random(seed);
    }

    void start() {
        thread.execute(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                attack();
            }
        });
    }

    private void attack() {
        if (next.isEmpty()) {
            List<Kind> all = new ArrayList<>(KINDS);
            Collections.shuffle(all, random);
            next.addAll(all);
        }
        Attacker attacker = new Attacker(replicas.get(random.nextInt(replicas.size())), PACE);
        next.remove().attack().start(attacker);
        try {
            Thread.sleep(TURN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        attacker.close();
        add(attacker);
    }

    private synchronized void add(Attacker attacker) {
        requests += attacker.outcomes().requests();
        attacker.outcomes().counts().forEach((outcome, count) -> outcomes.merge(outcome, count.longValue(), Long::sum));
    }

    /** Ends the current attack. */
    @Override
    public void close() {
        thread.shutdownNow();
    }

    @Override
    public synchronized String toString() {
        return requests + ", which got " + outcomes;
    }
}
