package dev.leantokens.issuer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;

/** Measures the keys of one issuer. Thread-safe. */
final class KeysMetrics implements AutoCloseable {

    private static final String ISSUER = "issuer";
    private static final String SUCCESS = "success";

    private final MeterRegistry registry;
    private final String issuer;
    private final List<Meter> meters = new ArrayList<>();

    KeysMetrics(MeterRegistry registry, String issuer) {
        this.registry = registry;
        this.issuer = issuer;
    }

    synchronized void observe(Supplier<KeysState> state) {
        meters.add(Gauge.builder("issuer.keys", () -> state.get().keys())
                .description("Keys of an issuer that verify tokens now").tag(ISSUER, issuer).register(registry));
    }

    /** @param age of the keys; empty before the first ones */
    synchronized void observeFetches(Supplier<Optional<Duration>> age) {
        meters.add(TimeGauge.builder("issuer.keys.age",
                () -> age.get().map(Duration::toMillis).map(Number.class::cast).orElse(Double.NaN), TimeUnit.MILLISECONDS)
                .description("How long ago the keys of an issuer were last fetched").tag(ISSUER, issuer).register(registry));
        count(SUCCESS, 0);
        for (KeysFault fault : KeysFault.values()) {
            count(fault.outcome(), 0);
        }
    }

    void countSuccess() {
        count(SUCCESS, 1);
    }

    void count(KeysFault fault) {
        count(fault.outcome(), 1);
    }

    private synchronized void count(String outcome, int amount) {
        Counter counter = Counter.builder("issuer.keys.fetches").description("Fetches of an issuer's keys, by outcome")
                .tag(ISSUER, issuer).tag("outcome", outcome).register(registry);
        counter.increment(amount);
        if (!meters.contains(counter)) {
            meters.add(counter);
        }
    }

    /** Removes the meters: the issuer is no longer trusted. */
    @Override
    public synchronized void close() {
        meters.forEach(registry::remove);
        meters.clear();
    }
}
