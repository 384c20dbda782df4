package dev.leantokens.soak;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends requests at a rate that is steady but for the beginning, whether or not those before have been answered; up to a limit.
 */
final class Load {

    private static final int TICK_MILLIS = 10;
    /** In which a JVM that has just started gets up to speed; else what it is late with at first would be late for long. */
    private static final double RAMP_SECONDS = 15;
    private static final int MOST_UNDER_WAY = 500;

    private static final double PART_OF_MCP = 0.2;
    private static final double PART_OF_MALFORMED = 0.03;

    private final int rate;
    private final Asks asks;
    private final Caller rest;
    private final Caller mcp;
    private final Findings findings;
    private final AtomicInteger underWay = new AtomicInteger();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    private ScheduledFuture<?> ticks;
    private long begin;
    private long sent;
    private long heldBack;

    Load(int rate, Asks asks, Caller rest, Caller mcp, Findings findings) {
        this.rate = rate;
        this.asks = asks;
        this.rest = rest;
        this.mcp = mcp;
        this.findings = findings;
    }

    void start(ScheduledExecutorService scheduler) {
        begin = System.nanoTime();
        // One for the load itself, so that nothing is drained before it is stopped.
        underWay.set(1);
        ticks = scheduler.scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** @return done when all that has been sent is answered */
    CompletableFuture<Void> stop() {
        ticks.cancel(false);
        over();
        return drained;
    }

    /** Sends as many as are due by now. */
    private synchronized void tick() {
        double seconds = (System.nanoTime() - begin) / 1e9;
        long due = (long) (rate
                * (seconds < RAMP_SECONDS ? seconds * seconds / (2 * RAMP_SECONDS) : seconds - RAMP_SECONDS / 2));
        for (; sent + heldBack < due; sent++) {
            if (underWay.get() > MOST_UNDER_WAY) {
                heldBack += due - sent - heldBack;
                return;
            }
            underWay.incrementAndGet();
            send().whenComplete((done, failure) -> {
                // What the wire has noted is of these; anything else is a fault of the check itself, and no less of a finding.
                if (failure != null && !(failure.getCause() instanceof IOException
                        || failure.getCause() instanceof TimeoutException)) {
                    findings.add("an answer that could not be checked", failure.toString());
                }
                over();
            });
        }
    }

    private CompletableFuture<?> send() {
        ThreadLocalRandom chance = ThreadLocalRandom.current();
        Caller caller = chance.nextDouble() < PART_OF_MCP ? mcp : rest;
        return chance.nextDouble() < PART_OF_MALFORMED ? caller.sendMalformed() : caller.send(asks.next());
    }

    private void over() {
        if (underWay.decrementAndGet() == 0) {
            drained.complete(null);
        }
    }

    /** @return the number of requests that were not sent, since too many were under way */
    synchronized long heldBack() {
        return heldBack;
    }
}
