package dev.leantokens.error;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import jakarta.inject.Singleton;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;

/**
 * Counts requests that end with an error. All label values are fixed: callers and Lean cannot add any. Thread-safe.
 */
@Singleton
@Startup
class ErrorMetrics {

    /** The counter of all token requests, of which errors are one outcome. */
    static final String REQUESTS = "token.requests";
    static final String ERRORS = "token.errors";

    private static final List<Origin> ADAPTERS = List.of(Origin.REST, Origin.MCP);

    /** The codes of RFC 6749 §5.2, of RFC 6750 §3.1 and those that this service borrows; Lean can send others. */
    private static final Set<String> KNOWN_CODES = Set.of("invalid_request", "invalid_client", "invalid_grant",
            "unauthorized_client", "unsupported_grant_type", "invalid_scope", "insufficient_scope", "server_error",
            "temporarily_unavailable");
    private static final String OTHER_CODE = "other";

    private final MeterRegistry registry;
    private final Map<Origin, Counter> failedRequests = new EnumMap<>(Origin.class);

    ErrorMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (Origin adapter : ADAPTERS) {
            failedRequests.put(adapter, Counter.builder(REQUESTS)
                    .description("Requests for a token, by outcome")
                    .tag("adapter", adapter.tag()).tag("outcome", "error")
                    .register(registry));
        }
        // Counters start at 0: monitoring systems do not see an increase from a missing counter to the first error.
        for (TokenError error : TokenError.values()) {
            for (Origin origin : Origin.values()) {
                if (origin.canEndWith(error)) {
                    errors(origin, error, error.code());
                }
            }
        }
    }

    /** Counts a request that ended with an error. */
    void record(Origin origin, TokenException failure) {
        Object code = failure.response().members().get(ErrorResponse.ERROR);
        errors(origin, failure.error(), KNOWN_CODES.contains(code) ? (String) code : OTHER_CODE).increment();
        if (ADAPTERS.contains(origin)) {
            failedRequests.get(origin).increment();
        }
    }

    private Counter errors(Origin origin, TokenError error, String code) {
        return Counter.builder(ERRORS)
                .description("Errors, including those that the log only summarizes")
                .tag("adapter", origin.tag()).tag("error", code).tag("reason", error.reason()).register(registry);
    }
}
