package dev.leantokens.soak;

import java.time.Duration;
import java.util.Random;

import io.quarkus.runtime.configuration.DurationConverter;

/**
 * The settings of the soak.
 *
 * @param duration the duration of the load
 * @param rate requests per second, over both adapters and all replicas
 * @param seed determines the order of the disturbances
 */
record Settings(Duration duration, int rate, long seed) {

    private static final Duration MAX_INTERVAL = Duration.ofSeconds(30);
    private static final int MIN_ROWS = 12;

    /** Reads {@code soak.duration}, such as {@code 10m} or {@code 1h}, {@code soak.rate} and {@code soak.seed}. */
    static Settings ofSystemProperties() {
        String seed = System.getProperty("soak.seed", "");
        return new Settings(DurationConverter.parseDuration(System.getProperty("soak.duration", "10m")),
                Integer.getInteger("soak.rate", 300), seed.isEmpty() ? new Random().nextLong() : Long.parseLong(seed));
    }

    /** @return the interval between rows of the table, shorter in a short run so that a trend is visible */
    Duration interval() {
        Duration part = duration.dividedBy(MIN_ROWS);
        return part.compareTo(MAX_INTERVAL) < 0 ? part : MAX_INTERVAL;
    }
}
