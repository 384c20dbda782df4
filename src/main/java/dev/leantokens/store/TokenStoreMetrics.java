package dev.leantokens.store;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Counts what calls for a token find in Redis, and times how long they wait for other replicas. Thread-safe. */
final class TokenStoreMetrics {

    private static final Duration[] BUCKETS = Stream.of(10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 20_000)
            .map(Duration::ofMillis).toArray(Duration[]::new);

    private final Map<Outcome, Counter> lookups = new EnumMap<>(Outcome.class);
    private final Timer waits;
    private final Counter timeouts;

    /** What a call found. */
    enum Outcome {
        /** A token. */
        HIT,
        /** Nothing: this replica calls Lean. */
        MISS,
        /** The failure of another replica's call. */
        FAILURE,
        /** Another replica is replacing the token, which this one has. */
        ELSEWHERE,
        /** Redis is unavailable: this replica calls Lean. */
        UNAVAILABLE
    }

    TokenStoreMetrics(MeterRegistry registry) {
        this.timeouts = LinkMetrics.faults(registry, StoreFault.TIMEOUT);
        for (Outcome outcome : Outcome.values()) {
            lookups.put(outcome, Counter.builder("store.lookups")
                    .description("Lookups of tokens in Redis, by outcome")
                    .tag("outcome", outcome.name().toLowerCase(Locale.ROOT)).register(registry));
        }
        this.waits = Timer.builder("store.waits")
                .description("Time that calls wait for another replica, which calls Lean for the same token")
                .serviceLevelObjectives(BUCKETS).register(registry);
    }

    void record(Outcome outcome) {
        lookups.get(outcome).increment();
    }

    /** Counts a lookup that took too long, although each of its requests to Redis was answered. */
    void countTimeout() {
        timeouts.increment();
    }

    void recordWait(long nanos) {
        waits.record(nanos, TimeUnit.NANOSECONDS);
    }
}
