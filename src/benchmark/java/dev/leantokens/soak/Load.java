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
 * Sends requests at a constant rate after a ramp, regardless of pending responses, up to a limit of those.
 */
final class Load {

    private static final int TICK_MILLIS = 10;
    /** Lets a new JVM warm up; otherwise the initial backlog would delay responses for long. */
    private static final double RAMP_SECONDS = 15;
    private static final int MAX_PENDING = 500;

    private static final double MCP_RATIO = 0.2;
    private static final double MALFORMED_RATIO = 0.03;

    private final int rate;
    private final RequestMix mix;
    private final Caller rest;
    private final Caller mcp;
    private final Findings findings;
    private final AtomicInteger pending = new AtomicInteger();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    private ScheduledFuture<?> ticks;
    private long start;
    private long sent;
    private long skipped;

    Load(int rate, RequestMix mix, Caller rest, Caller mcp, Findings findings) {
        this.rate = rate;
        this.mix = mix;
        this.rest = rest;
        this.mcp = mcp;
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
        long due = (long) (rate
                * (seconds < RAMP_SECONDS ? seconds * seconds / (2 * RAMP_SECONDS) : seconds - RAMP_SECONDS / 2));
        for (; sent + skipped < due; sent++) {
            if (pending.get() > MAX_PENDING) {
                skipped += due - sent - skipped;
                return;
            }
            pending.incrementAndGet();
            send().whenComplete((done, failure) -> {
                // Wire has recorded these; anything else is a fault of the check, which is a finding too.
                if (failure != null && !(failure.getCause() instanceof IOException
                        || failure.getCause() instanceof TimeoutException)) {
                    findings.add("a response that could not be checked", failure.toString());
                }
                complete();
            });
        }
    }

    private CompletableFuture<?> send() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        Caller caller = random.nextDouble() < MCP_RATIO ? mcp : rest;
        return random.nextDouble() < MALFORMED_RATIO ? caller.sendMalformed() : caller.send(mix.next());
    }

    private void complete() {
        if (pending.decrementAndGet() == 0) {
            drained.complete(null);
        }
    }

    /** @return the number of requests that were skipped because too many were pending */
    synchronized long skipped() {
        return skipped;
    }
}
