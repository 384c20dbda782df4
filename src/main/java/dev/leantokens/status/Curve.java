package dev.leantokens.status;

import static dev.leantokens.status.Plot.HEIGHT;
import static dev.leantokens.status.Plot.MARGIN;
import static dev.leantokens.status.Plot.SLOT;
import static dev.leantokens.status.Plot.number;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Draws durations, one for each slot of time, as a curve of SVG with the coordinates of {@link Plot}. The scale is
 * logarithmic: a cached token takes a thousandth of the time of a call to Lean, and both are to be visible.
 *
 * @param shortest at the bottom
 * @param longest at the top
 */
record Curve(Duration shortest, Duration longest) {

    /** @param durations empty ones interrupt the curve */
    String path(List<Optional<Duration>> durations) {
        StringBuilder path = new StringBuilder();
        boolean drawn = false;
        for (int slot = 0; slot < durations.size(); slot++) {
            if (durations.get(slot).isPresent()) {
                path.append(drawn ? 'L' : 'M').append(slot * SLOT).append(' ')
                        .append(number(position(durations.get(slot).get())))
                        .append('h').append(SLOT);
            }
            drawn = durations.get(slot).isPresent();
        }
        return path.toString();
    }

    private double position(Duration duration) {
        double range = Math.log(nanos(longest)) - Math.log(nanos(shortest));
        double part = range > 0 ? (Math.log(nanos(duration)) - Math.log(nanos(shortest))) / range : 0.5;
        return MARGIN + (HEIGHT - 2 * MARGIN) * (1 - part);
    }

    private static long nanos(Duration duration) {
        return Math.max(1, duration.toNanos());
    }
}
