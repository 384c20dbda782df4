package dev.leantokens.status;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Draws numbers, one for each slot of time, as bars of SVG. They fill a box of {@link #HEIGHT} and 4 units per slot, which the
 * page stretches to its place.
 *
 * @param zero the vertical position of 0: values above it are drawn upwards, those below it downwards
 * @param unit the height of the value 1
 */
record Plot(double zero, double unit) {

    static final int HEIGHT = 100;
    static final int SLOT = 4;

    private static final int BAR = 3;
    /** A bar that is not empty can be seen. */
    private static final double LEAST = 2;
    /** Leaves room for the width of lines. */
    static final double MARGIN = 2;

    /**
     * @param up the greatest value above 0
     * @param down the greatest value below 0, as a positive number; one scale fits both
     */
    static Plot of(double up, double down) {
        double range = up + down;
        double height = HEIGHT - 2 * MARGIN;
        return range > 0 ? new Plot(MARGIN + height * up / range, height / range) : new Plot(HEIGHT - MARGIN, 0);
    }

    /**
     * @param slots the number of slots with values: the last of those that the chart has room for
     * @return the attribute {@code viewBox}
     */
    static String viewBox(int slots) {
        return (slots - TrafficHistory.SLOTS) * SLOT + " 0 " + TrafficHistory.SLOTS * SLOT + " " + HEIGHT;
    }

    /** @return the path of a line at 0 */
    String zeroLine() {
        String start = "M" + (-TrafficHistory.SLOTS * SLOT) + " " + number(zero);
        return start + "h" + 2 * TrafficHistory.SLOTS * SLOT;
    }

    /**
     * @param values at least 0
     * @param below what the bars stand on, of the same length
     */
    String barsUp(double[] values, double[] below) {
        StringBuilder path = new StringBuilder();
        for (int slot = 0; slot < values.length; slot++) {
            bar(path, slot, values[slot], zero - below[slot] * unit, -1);
        }
        return path.toString();
    }

    /** @param values at least 0 */
    String barsDown(double[] values) {
        StringBuilder path = new StringBuilder();
        for (int slot = 0; slot < values.length; slot++) {
            bar(path, slot, values[slot], zero, 1);
        }
        return path.toString();
    }

    private void bar(StringBuilder path, int slot, double value, double start, int direction) {
        if (value > 0) {
            double height = Math.max(LEAST, value * unit);
            path.append('M').append(number(slot * SLOT + (SLOT - BAR) / 2.0)).append(' ').append(number(start))
                    .append('h').append(BAR).append('v').append(number(direction * height)).append("h-").append(BAR)
                    .append('z');
        }
    }

    static String number(double value) {
        return BigDecimal.valueOf(value).setScale(1, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString();
    }
}
