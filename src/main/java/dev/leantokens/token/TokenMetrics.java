package dev.leantokens.token;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
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
    private final Map<Origin, Map<Outcome, Counter>> requests = new EnumMap<>(Origin.class);
    private final Map<Origin, Timer> durations = new EnumMap<>(Origin.class);

    /** The outcome of a request, as a label. */
    private enum Outcome {
        HIT,
        MISS,
        STALE,
        REFRESHED;

        private static Outcome of(Source source) {
            return switch (source) {
                case HIT -> HIT;
                case MISS, BYPASS -> MISS;
                case STALE, STALE_AFTER_FAILURE -> STALE;
                case REPLACED, REQUESTED -> REFRESHED;
            };
        }
    }

    TokenMetrics(MeterRegistry registry) {
        for (Origin adapter : ADAPTERS) {
            Map<Outcome, Counter> outcomes = new EnumMap<>(Outcome.class);
            for (Outcome outcome : Outcome.values()) {
                outcomes.put(outcome, Counter.builder(REQUESTS)
                        .description("Requests for a token, by outcome")
                        .tag("adapter", adapter.tag()).tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                        .register(registry));
            }
            requests.put(adapter, outcomes);
            durations.put(adapter, Timer.builder(DURATION)
                    .description("Time to issue a token or to fail")
                    .serviceLevelObjectives(BUCKETS)
                    .tag("adapter", adapter.tag()).register(registry));
        }
    }

    /** Records that an adapter issued a token. */
    public void recordIssued(Origin adapter, Source source) {
        requests.get(adapter).get(Outcome.of(source)).increment();
    }

    /** Records how long the token service took for a request, successful or not. */
    public void recordDuration(Origin adapter, long nanos) {
        durations.get(adapter).record(nanos, TimeUnit.NANOSECONDS);
    }
}
