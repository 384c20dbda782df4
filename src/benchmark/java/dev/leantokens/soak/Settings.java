package dev.leantokens.soak;

import java.time.Duration;

/**
 * The settings of the soak.
 *
 * @param duration the duration of the load
 * @param rate requests per second, over both adapters
 */
record Settings(Duration duration, int rate) {

    private static final Duration MAX_INTERVAL = Duration.ofSeconds(30);
    private static final int MIN_ROWS = 12;

    /** Reads {@code soak.minutes}, which may be a fraction, and {@code soak.rate}. */
    static Settings ofSystemProperties() {
        double minutes = Double.parseDouble(System.getProperty("soak.minutes", "10"));
        return new Settings(Duration.ofMillis(Math.round(minutes * 60_000)), Integer.getInteger("soak.rate", 300));
    }

    /** @return the interval between rows of the table, shorter in a short run so that a trend is visible */
    Duration interval() {
        Duration part = duration.dividedBy(MIN_ROWS);
        return part.compareTo(MAX_INTERVAL) < 0 ? part : MAX_INTERVAL;
    }
}
