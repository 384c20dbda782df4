package dev.leantokens.status;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import jakarta.inject.Singleton;

import dev.leantokens.status.LatencyBuckets.Bucket;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;

/** Reads the traffic from the meters that count and time it. Thread-safe. */
@Singleton
class TrafficMeters {

    private static final String OUTCOME = "outcome";

    private final MeterRegistry registry;

    TrafficMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    TrafficSample sample() {
        long hits = 0;
        long others = 0;
        long errors = 0;
        for (Counter requests : registry.find("token.requests").counters()) {
            long count = (long) requests.count();
            switch (requests.getId().getTag(OUTCOME)) {
                case "hit", "stale" -> hits += count;
                case "error" -> errors += count;
                default -> others += count;
            }
        }
        long calls = 0;
        long successes = 0;
        LatencyBuckets callLatency = LatencyBuckets.NONE;
        for (Timer timer : registry.find("lean.requests").timers()) {
            LatencyBuckets buckets = buckets(timer);
            calls += buckets.total();
            if ("success".equals(timer.getId().getTag(OUTCOME))) {
                successes += buckets.total();
            }
            callLatency = callLatency.plus(buckets);
        }
        LatencyBuckets requestLatency = registry.find("token.duration").timers().stream().map(TrafficMeters::buckets)
                .reduce(LatencyBuckets.NONE, LatencyBuckets::plus);
        return new TrafficSample(hits, others, errors, calls, calls - successes, requestLatency, callLatency);
    }

    private static LatencyBuckets buckets(Timer timer) {
        HistogramSnapshot snapshot = timer.takeSnapshot();
        List<Bucket> buckets = new ArrayList<>();
        for (CountAtBucket bucket : snapshot.histogramCounts()) {
            double bound = bucket.bucket(TimeUnit.NANOSECONDS);
            if (bound < Long.MAX_VALUE) {
                buckets.add(new Bucket((long) bound, (long) bucket.count()));
            }
        }
        return new LatencyBuckets(buckets, snapshot.count());
    }
}
