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
 * Counts how requests end, from the start of the application on. All values of labels are known beforehand: callers and Lean
 * cannot make up new ones. A singleton and not a bean with a proxy, since every request comes here. Thread-safe.
 */
@Singleton
@Startup
public class TokenMetrics {

    static final String REQUESTS = "token.requests";
    static final String DURATION = "token.duration";

    private static final List<Origin> ADAPTERS = List.of(Origin.REST, Origin.MCP);

    /** From out of the cache to the longest that Lean is waited for by default. */
    private static final Duration[] BUCKETS = Stream.of(1, 5, 25, 100, 250, 1000, 3000, 10_000).map(Duration::ofMillis)
            .toArray(Duration[]::new);

    /** Those that happen with every request are kept at hand: the registry would have to look for them. */
    private final Map<Origin, Map<Outcome, Counter>> requests = new EnumMap<>(Origin.class);
    private final Map<Origin, Timer> durations = new EnumMap<>(Origin.class);

    /** How a request ends, as it is counted. */
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
                        .description("Requests for a token, by how they ended")
                        .tag("adapter", adapter.tag()).tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                        .register(registry));
            }
            requests.put(adapter, outcomes);
            durations.put(adapter, Timer.builder(DURATION)
                    .description("How long it took to issue a token, or to find that there is none")
                    .serviceLevelObjectives(BUCKETS)
                    .tag("adapter", adapter.tag()).register(registry));
        }
    }

    /** A token is given out by an adapter. */
    public void issued(Origin adapter, Source source) {
        requests.get(adapter).get(Outcome.of(source)).increment();
    }

    /** The token service has said what comes of a request, whatever that is. */
    public void took(Origin adapter, long nanos) {
        durations.get(adapter).record(nanos, TimeUnit.NANOSECONDS);
    }
}
