package dev.leantokens.token;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import dev.leantokens.token.CacheStatus.Source;
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
    static final String ERRORS = "token.errors";
    static final String DURATION = "token.duration";

    private static final List<Origin> ADAPTERS = List.of(Origin.REST, Origin.MCP);

    /** Codes of RFC 6749 §5.2 and those that are borrowed; Lean may send any other. */
    private static final Set<String> KNOWN_CODES = Set.of("invalid_request", "invalid_client", "invalid_grant",
            "unauthorized_client", "unsupported_grant_type", "invalid_scope", "server_error", "temporarily_unavailable");
    private static final String OTHER_CODE = "other";

    /** From out of the cache to the longest that Lean is waited for by default. */
    private static final Duration[] BUCKETS = Stream.of(1, 5, 25, 100, 250, 1000, 3000, 10_000).map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    /** Those that happen with every request are kept at hand: the registry would have to look for them. */
    private final Map<Origin, Map<Outcome, Counter>> requests = new EnumMap<>(Origin.class);
    private final Map<Origin, Timer> durations = new EnumMap<>(Origin.class);

    /** How a request ends, as it is counted. */
    private enum Outcome {
        HIT,
        MISS,
        STALE,
        REFRESHED,
        ERROR;

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
        this.registry = registry;
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
        // A counter that appears with its first error has, for whoever watches its increase, never increased.
        for (TokenError error : TokenError.values()) {
            for (Origin origin : Origin.values()) {
                if (origin.canEndWith(error)) {
                    errors(origin, error, error.code());
                }
            }
        }
    }

    /** A token is given out by an adapter. */
    public void issued(Origin adapter, CacheStatus status) {
        requests.get(adapter).get(Outcome.of(status.source())).increment();
    }

    /** The token service has said what comes of a request, whatever that is. */
    public void took(Origin adapter, long nanos) {
        durations.get(adapter).record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A request ends with an error. */
    void failed(Origin origin, TokenException failure) {
        Object code = failure.response().members().get(ErrorResponse.ERROR);
        errors(origin, failure.error(), KNOWN_CODES.contains(code) ? (String) code : OTHER_CODE).increment();
        if (ADAPTERS.contains(origin)) {
            requests.get(origin).get(Outcome.ERROR).increment();
        }
    }

    private Counter errors(Origin origin, TokenError error, String code) {
        return Counter.builder(ERRORS)
                .description("Errors, those included that the log only summarizes")
                .tag("adapter", origin.tag()).tag("error", code).tag("reason", error.reason()).register(registry);
    }
}
