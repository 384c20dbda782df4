package dev.leantokens.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import dev.leantokens.audit.AuditState;
import dev.leantokens.error.RecentError;
import dev.leantokens.lean.LeanVerdict.Opinion;
import dev.leantokens.store.StoreHealth;
import dev.leantokens.token.CachedTokens;
import io.smallrye.faulttolerance.api.CircuitBreakerState;

/**
 * What the status page shows: the state of this process at one time. Has no name, id or address of a caller or customer, no
 * token and no secret. Its texts are those of this service and of its settings, never received ones. Immutable.
 *
 * @param at when this was read
 * @param tokens the cached tokens by kind; kinds without tokens are left out
 * @param errors the kinds of errors that occurred last, at most 20, the latest first
 * @param fleet what this replica knows of the store and of the others; empty without a store
 * @param issuers empty without trusted issuers
 * @param certificates those that are configured
 * @param audit whether the audit can be written
 */
public record Status(Instant at, Service service, Readiness readiness, Lean lean, Traffic traffic, List<CachedTokens> tokens,
        List<RecentError> errors, Optional<StoreHealth.State> fleet, Optional<Issuers> issuers,
        List<Certificate> certificates, AuditState audit) {

    public Status {
        tokens = List.copyOf(tokens);
        errors = List.copyOf(errors);
        certificates = List.copyOf(certificates);
    }

    /** @return how long the service has been running */
    public Duration uptime() {
        return Duration.between(service.since(), at);
    }

    /**
     * The process.
     *
     * @param environment the configured name of Lean's environment; {@code LEAN_URL} if that setting replaces it
     * @param standIn whether tokens come from a stand-in for Lean and are worthless
     * @param since when the service started
     */
    public record Service(String environment, boolean standIn, String version, Instant since) {
    }

    /**
     * What the readiness probe says.
     *
     * @param down the checks that fail; empty if the service is ready
     */
    public record Readiness(List<Check> down) {

        public Readiness {
            down = List.copyOf(down);
        }

        public boolean ready() {
            return down.isEmpty();
        }
    }

    /**
     * A check that fails.
     *
     * @param name as in the health endpoint
     * @param reasons what the check reports, for an operator; can be empty
     */
    public record Check(String name, List<String> reasons) {

        public Check {
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * Lean, and the calls to it.
     *
     * @param reason why Lean is said to be reachable or not, for an operator; empty if that is unknown
     * @param credentials Lean's last verdict on the service's credentials
     * @param refusal the likeliest reason if it refused them, for an operator
     * @param callsLeft the calls that are left now for the service's client id; empty if it has none
     * @param callsPerMinute the limit that {@code callsLeft} counts down from
     * @param serviceBreaker the common state of the breakers for the service's credentials
     * @param callersBreaker the same for callers' own credentials
     */
    public record Lean(Reachability reachability, Optional<String> reason, Opinion credentials, Optional<String> refusal,
            OptionalLong callsLeft, int callsPerMinute, CircuitBreakerState serviceBreaker,
            CircuitBreakerState callersBreaker) {
    }

    public enum Reachability {
        REACHABLE,
        UNREACHABLE,
        /** Not known yet: the first request to Lean takes long. */
        UNKNOWN
    }

    /**
     * The last {@link TrafficHistory#PERIOD}.
     *
     * @param slot the duration of a slot
     * @param slots from 1 to {@link TrafficHistory#SLOTS}, without gaps, the oldest first. The last one has only started
     */
    public record Traffic(Duration slot, List<Slot> slots) {

        public Traffic {
            slots = List.copyOf(slots);
        }

        /** @return the sums of all slots, as a slot; without latencies */
        public Slot total() {
            return slots.stream().reduce(Slot.empty(slots.get(0).start()), Slot::plus);
        }
    }

    /**
     * What happened in a slot.
     *
     * @param hits requests for tokens that were answered from the cache, also with stale tokens
     * @param others requests for tokens that were answered otherwise
     * @param errors requests for tokens that ended with an error
     * @param calls calls to Lean that ended
     * @param failedCalls those of them that brought no token
     * @param requestLatency of requests that got a token or were refused by the token service; empty without one
     * @param callLatency of calls to Lean; empty without one
     */
    public record Slot(Instant start, long hits, long others, long errors, long calls, long failedCalls,
            Optional<Latency> requestLatency, Optional<Latency> callLatency) {

        static Slot empty(Instant start) {
            return new Slot(start, 0, 0, 0, 0, 0, Optional.empty(), Optional.empty());
        }

        /** @return all requests for tokens */
        public long requests() {
            return hits + others + errors;
        }

        private Slot plus(Slot other) {
            return new Slot(start, hits + other.hits, others + other.others, errors + other.errors, calls + other.calls,
                    failedCalls + other.failedCalls, Optional.empty(), Optional.empty());
        }
    }

    /** Estimates from a histogram, as Prometheus' {@code histogram_quantile} makes them. */
    public record Latency(Duration median, Duration p99) {
    }

    /**
     * Trusted issuers.
     *
     * @param trusted their number
     * @param unavailable those whose keys cannot be obtained now; known keys are used meanwhile
     * @param withoutKeys those of which no key is known, so that no token is accepted
     */
    public record Issuers(int trusted, int unavailable, int withoutKeys) {
    }

    /**
     * A certificate that this service presents.
     *
     * @param configuration {@code callers} or {@code lean}, by whom it is presented to
     * @param validity how long it is valid; negative if it has expired
     */
    public record Certificate(String configuration, Duration validity) {
    }
}
