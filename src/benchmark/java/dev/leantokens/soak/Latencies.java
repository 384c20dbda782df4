package dev.leantokens.soak;

import java.util.Arrays;

/** The latencies of all requests. */
final class Latencies {

    private int[] micros = new int[1024];
    private int size;

    void add(long nanos) {
        if (size == micros.length) {
            micros = Arrays.copyOf(micros, 2 * size);
        }
        micros[size++] = (int) (nanos / 1000);
    }

    /** @return the median, the 99th percentile and the maximum, in milliseconds */
    String summary() {
        if (size == 0) {
            return "-";
        }
        Arrays.sort(micros, 0, size);
        return "%.1f/%.1f/%.0f".formatted(millis(0.5), millis(0.99), millis(1));
    }

    private double millis(double part) {
        return micros[Math.min(size - 1, (int) (size * part))] / 1000.0;
    }
}
