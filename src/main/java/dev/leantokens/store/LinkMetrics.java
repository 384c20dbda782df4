package dev.leantokens.store;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;

/** Measures the link to Redis. Created only with a store. Thread-safe. */
final class LinkMetrics {

    private static final Duration[] BUCKETS = Stream.of(1, 2, 5, 10, 25, 50, 100, 500).map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Timer roundTrips;
    private final Map<StoreFault, Counter> faults = new EnumMap<>(StoreFault.class);

    LinkMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.roundTrips = Timer.builder("store.requests")
                .description("Requests to Redis that succeeded")
                .serviceLevelObjectives(BUCKETS).register(registry);
        for (StoreFault fault : StoreFault.values()) {
            faults.put(fault, faults(registry, fault));
        }
    }

    /** @return the counter of a fault, which exists once */
    static Counter faults(MeterRegistry registry, StoreFault fault) {
        return Counter.builder("store.faults").description("Requests to Redis and attempts to connect that failed, by reason")
                .tag("reason", fault.tag()).register(registry);
    }

    /** Registers the state of a link. */
    void observe(StoreLink link, ClockComparison clocks, KeyComparison keys) {
        Gauge.builder("store.up", link, it -> it.isUp() ? 1 : 0)
                .description("1 while Redis can be used, 0 while it cannot").register(registry);
        Gauge.builder("store.replicas", link, StoreLink::replicas)
                .description("Replicas that used Redis when this one last did, with this one").register(registry);
        TimeGauge.builder("store.clock.difference", () -> clocks.difference().toMillis(), TimeUnit.MILLISECONDS)
                .description("How far the clock of this machine is ahead of Redis' clock").register(registry);
        Gauge.builder("store.unknown.keys", keys, KeyComparison::unknown)
                .description("Keys with which replicas seal, and which this one does not have").register(registry);
    }

    void recordRoundTrip(long nanos) {
        roundTrips.record(nanos, TimeUnit.NANOSECONDS);
    }

    void countFault(StoreFault fault) {
        faults.get(fault).increment();
    }
}
