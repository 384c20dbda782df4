package dev.leantokens.token;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import dev.leantokens.error.Origin;
import dev.leantokens.token.IssuedToken.Source;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;

/**
 * Counts and times requests by their outcome. All label values are fixed: callers and Lean cannot add any. Registered at the
 * start, so that every counter starts at 0. A singleton without a client proxy, since every request uses it. Thread-safe.
 */
@Singleton
@Startup
public class TokenMetrics {

    static final String REQUESTS = "token.requests";
    static final String DURATION = "token.duration";

    private static final List<Origin> ADAPTERS = List.of(Origin.REST, Origin.MCP);

    /** From a cache hit to the longest default wait for Lean. */
    private static final Duration[] BUCKETS = Stream.of(1, 5, 25, 100, 250, 1000, 3000, 10_000).map(Duration::ofMillis)
            .toArray(Duration[]::new);

    /** Held here because every request uses them: a lookup in the registry costs more. */
    private final Map<Origin, Map<Source, Counter>> requests = new EnumMap<>(Origin.class);
    private final Map<Origin, Timer> durations = new EnumMap<>(Origin.class);

    TokenMetrics(MeterRegistry registry) {
        for (Origin adapter : ADAPTERS) {
            Map<Source, Counter> counters = new EnumMap<>(Source.class);
            for (Source source : Source.values()) {
                // Sources with the same outcome share a counter.
                counters.put(source, Counter.builder(REQUESTS)
                        .description("Requests for a token, by outcome")
                        .tag("adapter", adapter.tag()).tag("outcome", outcome(source))
                        .register(registry));
            }
            requests.put(adapter, counters);
            durations.put(adapter, Timer.builder(DURATION)
                    .description("Time to issue a token or to fail")
                    .serviceLevelObjectives(BUCKETS)
                    .tag("adapter", adapter.tag()).register(registry));
        }
    }

    private static String outcome(Source source) {
        return switch (source) {
            case HIT -> "hit";
            case SHARED -> "shared";
            case MISS, BYPASS -> "miss";
            case STALE, STALE_AFTER_FAILURE -> "stale";
            case REPLACED, REQUESTED -> "refreshed";
        };
    }

    /** Records that an adapter issued a token. */
    public void recordIssued(Origin adapter, Source source) {
        requests.get(adapter).get(source).increment();
    }

    /** Records how long the token service took for a request, successful or not. */
    public void recordDuration(Origin adapter, long nanos) {
        durations.get(adapter).record(nanos, TimeUnit.NANOSECONDS);
    }
}
