package dev.leantokens.soak;

import java.time.Duration;

/**
 * How the soak is run.
 *
 * @param duration for how long there is load
 * @param rate requests a second, over both adapters
 */
record Settings(Duration duration, int rate) {

    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(30);
    private static final int FEWEST_ROWS = 12;

    /** Reads {@code soak.minutes}, which need not be whole, and {@code soak.rate}. */
    static Settings ofSystemProperties() {
        double minutes = Double.parseDouble(System.getProperty("soak.minutes", "10"));
        return new Settings(Duration.ofMillis(Math.round(minutes * 60_000)), Integer.getInteger("soak.rate", 300));
    }

    /** @return how often there is a row of the table; more often in a short run, so that a trend can be told from it */
    Duration interval() {
        Duration part = duration.dividedBy(FEWEST_ROWS);
        return part.compareTo(LONGEST_INTERVAL) < 0 ? part : LONGEST_INTERVAL;
    }
}
