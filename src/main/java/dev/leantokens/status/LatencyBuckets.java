package dev.leantokens.status;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongBinaryOperator;

import dev.leantokens.status.Status.Latency;

/**
 * The buckets of a histogram. All histograms of a meter have the same bounds, or none before the first measurement. Immutable.
 *
 * @param buckets ascending
 * @param total all measurements, including those above the last bound
 */
record LatencyBuckets(List<Bucket> buckets, long total) {

    static final LatencyBuckets NONE = new LatencyBuckets(List.of(), 0);

    LatencyBuckets {
        buckets = List.copyOf(buckets);
    }

    /**
     * A bucket.
     *
     * @param bound in nanoseconds
     * @param count the number of measurements up to the bound, including those of smaller buckets
     */
    record Bucket(long bound, long count) {
    }

    LatencyBuckets plus(LatencyBuckets other) {
        return combine(other, Long::sum);
    }

    /** @return the measurements since an earlier state of the same histogram */
    LatencyBuckets since(LatencyBuckets earlier) {
        return combine(earlier, (now, then) -> now - then);
    }

    private LatencyBuckets combine(LatencyBuckets other, LongBinaryOperator operator) {
        Map<Long, Long> combined = new TreeMap<>();
        buckets.forEach(bucket -> combined.put(bucket.bound, operator.applyAsLong(bucket.count, 0)));
        other.buckets.forEach(bucket -> combined.merge(bucket.bound, operator.applyAsLong(0, bucket.count), Long::sum));
        return new LatencyBuckets(combined.entrySet().stream().map(each -> new Bucket(each.getKey(), each.getValue())).toList(),
                operator.applyAsLong(total, other.total));
    }

    /** @return empty without measurements */
    Optional<Latency> latency() {
        return total <= 0 || buckets.isEmpty() ? Optional.empty()
                : Optional.of(new Latency(quantile(0.5), quantile(0.99)));
    }

    /** Interpolates within a bucket, and takes the last bound for what is above it, as Prometheus does. */
    private Duration quantile(double quantile) {
        double rank = quantile * total;
        long lower = 0;
        long below = 0;
        for (Bucket bucket : buckets) {
            if (bucket.count >= rank && bucket.count > below) {
                double part = (rank - below) / (bucket.count - below);
                return Duration.ofNanos(lower + (long) ((bucket.bound - lower) * part));
            }
            lower = bucket.bound;
            below = bucket.count;
        }
        return Duration.ofNanos(lower);
    }
}
