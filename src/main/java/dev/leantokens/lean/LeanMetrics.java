package dev.leantokens.lean;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;

/** Counts and times the calls to Lean. Thread-safe. */
final class LeanMetrics {

    private static final String SUCCESS = "success";

    /** To a little more than a call may take by default. */
    private static final Duration[] BUCKETS = Stream.of(10, 25, 50, 100, 250, 500, 1000, 2000, 3500, 10_000)
            .map(Duration::ofMillis).toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Counter retries;

    LeanMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.retries = Counter.builder("lean.retries")
                .description("Calls to Lean that were made since the one before had failed")
                .register(registry);
        requests(SUCCESS);
    }

    /** @return the same call, whose time is taken from its begin */
    <T> Supplier<Uni<T>> timed(Supplier<Uni<T>> call) {
        return () -> {
            long begun = System.nanoTime();
            return call.get().onItemOrFailure().invoke((answer, failure) -> requests(outcomeOf(failure))
                    .record(Duration.ofNanos(System.nanoTime() - begun)));
        };
    }

    void retried() {
        retries.increment();
    }

    private Timer requests(String outcome) {
        return Timer.builder("lean.requests")
                .description("Calls to Lean, each attempt of them, by what came of it")
                .serviceLevelObjectives(BUCKETS)
                .tag("outcome", outcome).register(registry);
    }

    private static String outcomeOf(Throwable failure) {
        if (failure == null) {
            return SUCCESS;
        }
        return (failure instanceof TokenException exception ? exception.error() : TokenError.INTERNAL).reason();
    }
}
