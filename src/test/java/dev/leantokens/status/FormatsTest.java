package dev.leantokens.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatsTest {

    private static final Instant NOW = Instant.parse("2026-11-27T12:00:07.9Z");

    @ParameterizedTest
    @CsvSource({ "PT0S, 0 s", "PT-5S, 0 s", "PT0.9S, 0 s", "PT59.9S, 59 s", "PT60S, 1 min", "PT119S, 1 min", "PT60M, 1 h",
            "PT3H12M59S, 3 h 12 min", "PT24H, 1 day", "PT25H59M, 1 day 1 h", "PT48H, 2 days", "PT8760H, 365 days" })
    void durationsHaveAtMostTwoUnits(Duration duration, String text) {
        assertThat(Formats.duration(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({ "PT0S, 0 ms", "PT0.0000001S, 0.0001 ms", "PT0.000512S, 0.51 ms", "PT0.0124S, 12 ms", "PT0.1249S, 120 ms",
            "PT0.996S, 1 s", "PT1.24S, 1.2 s", "PT30S, 30 s" })
    void latenciesHaveTwoDigits(Duration latency, String text) {
        assertThat(Formats.latency(latency)).isEqualTo(text);
    }

    @Test
    void timesOfOtherDaysHaveTheirDate() {
        assertThat(Formats.time(NOW, NOW)).isEqualTo(new Formats.Time("2026-11-27T12:00:07Z", "12:00:07"));
        assertThat(Formats.time(Instant.parse("2026-11-26T23:59:59Z"), NOW))
                .isEqualTo(new Formats.Time("2026-11-26T23:59:59Z", "26 Nov 23:59"));
        assertThat(Formats.time(Instant.parse("2026-11-28T00:00:00Z"), NOW).text()).isEqualTo("28 Nov 00:00");
    }

    @Test
    void countsAreGrouped() {
        assertThat(Formats.count(1_234_567)).isEqualTo("1,234,567");
        assertThat(Formats.count(1, "error", "errors")).isEqualTo("1 error");
        assertThat(Formats.count(0, "error", "errors")).isEqualTo("0 errors");
    }

    @Test
    void onlyAllOfItIsAHundredPercent() {
        assertThat(Formats.percent(999, 1000)).isEqualTo(99);
        assertThat(Formats.percent(1000, 1000)).isEqualTo(100);
        assertThat(Formats.percent(0, 0)).isZero();
    }
}
