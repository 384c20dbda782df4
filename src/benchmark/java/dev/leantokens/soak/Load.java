package dev.leantokens.soak;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.leantokens.soak.Disturbance.Party;

/**
 * Sends requests to the replicas in turn, at a constant rate after a ramp, regardless of pending responses, up to a limit of
 * those for each replica.
 */
final class Load {

    private static final int TICK_MILLIS = 10;
    /** Lets a new JVM warm up; otherwise the initial backlog would delay responses for long. */
    private static final double RAMP_SECONDS = 15;
    /** With idle connections and those of attackers, fewer than the connections that one address may have. */
    private static final int MAX_PENDING = 300;

    private static final int TO_CATCH_UP = 5;

    private static final double MCP_RATIO = 0.2;
    private static final double MALFORMED_RATIO = 0.03;

    private final int rate;
    private final RequestMix mix;
    private final List<Target> targets;
    private final Journal journal;
    private final Findings findings;
    private final AtomicInteger pending = new AtomicInteger();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    private ScheduledFuture<?> ticks;
    private long start;
    private long due;
    private long skipped;

    /** A replica, and the requests that it has not answered. */
    private record Target(Replica replica, AtomicInteger pending) {
    }

    Load(int rate, RequestMix mix, List<Replica> replicas, Journal journal, Findings findings) {
        this.rate = rate;
        this.mix = mix;
        this.targets = replicas.stream().map(replica -> new Target(replica, new AtomicInteger())).toList();
        this.journal = journal;
        this.findings = findings;
    }

    void start(ScheduledExecutorService scheduler) {
        start = System.nanoTime();
        // One for the load itself, so that it cannot drain before it is stopped.
        pending.set(1);
        ticks = scheduler.scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** @return completes when all requests have been answered */
    CompletableFuture<Void> stop() {
        ticks.cancel(false);
        complete();
        return drained;
    }

    /** Sends the requests that are due. */
    private synchronized void tick() {
        double seconds = (System.nanoTime() - start) / 1e9;
        long total = (long) (rate
                * (seconds < RAMP_SECONDS ? seconds * seconds / (2 * RAMP_SECONDS) : seconds - RAMP_SECONDS / 2));
        for (; due < total; due++) {
            Target target = targets.get((int) (due % targets.size()));
            if (target.pending().get() < MAX_PENDING) {
                send(target);
            } else if (!journal.disturbed(Party.REPLICA, Instant.now().minusSeconds(TO_CATCH_UP), Instant.now())) {
                skipped++;
            }
        }
    }

    private void send(Target target) {
        target.pending().incrementAndGet();
        pending.incrementAndGet();
        send(target.replica()).whenComplete((done, failure) -> {
            // Wire has recorded these; anything else is a fault of the check, which is a finding too.
            if (failure != null && !(failure.getCause() instanceof IOException)) {
                findings.add("a response that could not be checked", failure.toString());
            }
            target.pending().decrementAndGet();
            complete();
        });
    }

    private CompletableFuture<?> send(Replica replica) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        Caller caller = random.nextDouble() < MCP_RATIO ? replica.mcp() : replica.rest();
        return random.nextDouble() < MALFORMED_RATIO ? caller.sendMalformed() : caller.send(mix.next());
    }

    private void complete() {
        if (pending.decrementAndGet() == 0) {
            drained.complete(null);
        }
    }

    /** @return the number of requests that were skipped because too many were pending at a replica that was not frozen */
    synchronized long skipped() {
        return skipped;
    }
}
