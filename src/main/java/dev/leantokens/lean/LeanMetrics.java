package dev.leantokens.lean;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.mutiny.Uni;

/** Measures the calls to Lean, their budget and their breakers. Thread-safe. */
@Singleton
final class LeanMetrics {

    private static final String SUCCESS = "success";

    /** Up to a little more than the default limit of a call. */
    private static final Duration[] BUCKETS = Stream.of(10, 25, 50, 100, 250, 500, 1000, 2000, 3500, 10_000)
            .map(Duration::ofMillis).toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Counter retries;
    private final Timer successes;

    LeanMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.retries = Counter.builder("lean.retries")
                .description("Calls to Lean that repeat a failed one")
                .register(registry);
        this.successes = requests(SUCCESS);
    }

    void start(@Observes StartupEvent event, CallGuard guard, LeanConfig config, LeanAccount account, LeanStandIn standIn) {
        for (CircuitBreakerState state : CircuitBreakerState.values()) {
            Gauge.builder("lean.breaker.state", guard, it -> it.breakerState(CredentialsOwner.SERVICE) == state ? 1 : 0)
                    .description("1 for the state of the breaker of the service's own calls, 0 for the others; open means that "
                            + "Lean is not called")
                    .tag("state", state.name().toLowerCase(Locale.ROOT)).register(registry);
        }
        Gauge.builder("lean.budget.left", guard, CallGuard::serviceCallsLeft)
                .description("Calls to Lean that are left for the service's own client id; NaN if it has none")
                .register(registry);
        int limit = config.requestsPerMinute();
        Gauge.builder("lean.budget.limit", () -> limit)
                .description("Calls to Lean that the budget of a client id allows in a minute")
                .register(registry);
        // Each replica has a stand-in of its own, at another address.
        double fingerprint = standIn.isUsed() ? Double.NaN : account.fingerprint();
        Gauge.builder("lean.account.fingerprint", () -> fingerprint)
                .description("A number that is equal in replicas with the same address of Lean and the same client id")
                .register(registry);
    }

    /** @return the outcome of the call, which is timed from now on */
    <T> Uni<T> time(Supplier<Uni<T>> call) {
        long start = System.nanoTime();
        return call.get().onItemOrFailure()
                .invoke((item, failure) -> (failure == null ? successes : requests(outcomeOf(failure)))
                        .record(System.nanoTime() - start, TimeUnit.NANOSECONDS));
    }

    void countRetry() {
        retries.increment();
    }

    private Timer requests(String outcome) {
        return Timer.builder("lean.requests")
                .description("Calls to Lean, by outcome; each attempt is a call")
                .serviceLevelObjectives(BUCKETS)
                .tag("outcome", outcome).register(registry);
    }

    private static String outcomeOf(Throwable failure) {
        return (failure instanceof TokenException exception ? exception.error() : TokenError.INTERNAL).reason();
    }
}
