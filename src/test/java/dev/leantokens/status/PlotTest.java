package dev.leantokens.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

class PlotTest {

    @Test
    void barsFillTheHeight() {
        assertThat(Plot.of(96, 0).barsUp(new double[] { 96, 48 }, new double[2]))
                .isEqualTo("M0.5 98h3v-96h-3zM4.5 98h3v-48h-3z");
    }

    @Test
    void barsAreStacked() {
        assertThat(Plot.of(96, 0).barsUp(new double[] { 48 }, new double[] { 48 })).isEqualTo("M0.5 50h3v-48h-3z");
    }

    @Test
    void barsOfErrorsHangBelowZeroInTheSameScale() {
        Plot plot = Plot.of(72, 24);

        assertThat(plot.barsUp(new double[] { 72 }, new double[1])).isEqualTo("M0.5 74h3v-72h-3z");
        assertThat(plot.barsDown(new double[] { 24 })).isEqualTo("M0.5 74h3v24h-3z");
        assertThat(plot.zeroLine()).isEqualTo("M-240 74h480");
    }

    @Test
    void oneErrorAmongThousandsCanBeSeen() {
        assertThat(Plot.of(100_000, 1).barsDown(new double[] { 1, 0 })).isEqualTo("M0.5 98h3v2h-3z");
    }

    @Test
    void withoutTrafficOnlyTheZeroLineIsDrawn() {
        Plot plot = Plot.of(0, 0);

        assertThat(plot.barsUp(new double[3], new double[3])).isEmpty();
        assertThat(plot.barsDown(new double[3])).isEmpty();
    }

    @Test
    void latestSlotIsAtTheRightEdge() {
        assertThat(Plot.viewBox(TrafficHistory.SLOTS)).isEqualTo("0 0 240 100");
        assertThat(Plot.viewBox(1)).isEqualTo("-236 0 240 100");
    }

    @Test
    void curveIsLogarithmicAndInterruptedWithoutValues() {
        assertThat(new Curve(Duration.ofMillis(1), Duration.ofMillis(100)).path(List.of(millis(1), Optional.empty(), millis(10),
                millis(100)))).isEqualTo("M0 98h4M8 50h4L12 2h4");
    }

    @Test
    void curveOfOneDurationIsInTheMiddle() {
        assertThat(new Curve(Duration.ZERO, Duration.ZERO).path(List.of(Optional.of(Duration.ZERO)))).isEqualTo("M0 50h4");
    }

    private static Optional<Duration> millis(int millis) {
        return Optional.of(Duration.ofMillis(millis));
    }
}
