package dev.leantokens.soak;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.leantokens.soak.Disturbance.Party;

/**
 * Disturbs the parties, one after the other: each {@link Disturbance} once, in random order, first those of the store, and then
 * again.
 */
final class Disturbances {

    private static final Duration FIRST = Duration.ofSeconds(25);
    /** From the end of one to the start of the next one. */
    private static final Duration BETWEEN = Duration.ofSeconds(30);

    private final Parties parties;
    private final Journal journal;
    private final Findings findings;
    private final ScheduledExecutorService timers;
    private final Random random;
    private final Deque<Disturbance> next = new ArrayDeque<>();
    private boolean lasts;
    private boolean stopped;

    /** Who is disturbed. */
    interface Parties {

        int replicas();

        /** @param replica the one that is disturbed, if it is only one */
        void begin(Disturbance disturbance, int replica);

        void end(Disturbance disturbance, int replica);
    }

    Disturbances(Parties parties, Journal journal, Findings findings, ScheduledExecutorService timers, long seed) {
        this.parties = parties;
        this.journal = journal;
        this.findings = findings;
        this.timers = timers;
        this.random = new Random(seed);
    }

    void start() {
        timers.schedule(this::begin, FIRST.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void begin() {
        if (stopped) {
            return;
        }
        if (next.isEmpty()) {
            List<Disturbance> all = new ArrayList<>(List.of(Disturbance.values()));
            Collections.shuffle(all, random);
            // Those of the store one after the other, so that enough time is left in which nothing excuses more calls to Lean.
            all.sort(Comparator.comparing(disturbance -> disturbance.party() != Party.STORE));
            next.addAll(all);
        }
        Disturbance disturbance = next.remove();
        int replica = random.nextInt(parties.replicas());
        System.out.printf("(%s for %d s%s)%n", disturbance, disturbance.duration().toSeconds(),
                disturbance.isOfOneReplica() ? ", replica " + replica : "");
        journal.begin(disturbance, replica);
        lasts = true;
        attempt(() -> parties.begin(disturbance, replica));
        timers.schedule(() -> end(disturbance, replica), disturbance.duration().toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void end(Disturbance disturbance, int replica) {
        attempt(() -> parties.end(disturbance, replica));
        journal.end();
        lasts = false;
        notifyAll();
        timers.schedule(this::begin, BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | AssertionError e) {
            findings.add("a disturbance failed", e.toString());
        }
    }

    /** Starts no further disturbance, and waits until the current one has ended. */
    synchronized void stop() throws InterruptedException {
        stopped = true;
        while (lasts) {
            wait();
        }
    }
}
