package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDateTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            // The three examples of RFC 9110 §5.6.7.
            "Sun, 06 Nov 1994 08:49:37 GMT      | 1994-11-06T08:49:37Z",
            "Sunday, 06-Nov-94 08:49:37 GMT     | 1994-11-06T08:49:37Z",
            "Sun Nov  6 08:49:37 1994           | 1994-11-06T08:49:37Z",
            // Case, white space and the day of the week are ignored.
            "sun, 06 nov 1994 08:49:37 gmt      | 1994-11-06T08:49:37Z",
            "SUNDAY, 06-NOV-94 08:49:37 GMT     | 1994-11-06T08:49:37Z",
            "SUN NOV 06 08:49:37 1994           | 1994-11-06T08:49:37Z",
            "'  Sun,  6   Nov 1994  08:49:37 GMT ' | 1994-11-06T08:49:37Z",
            "Sun,06 Nov 1994 08:49:37 GMT       | 1994-11-06T08:49:37Z",
            "06 Nov 1994 08:49:37 GMT           | 1994-11-06T08:49:37Z",
            "Mon, 06 Nov 1994 08:49:37 GMT      | 1994-11-06T08:49:37Z",
            "Sun, 06-Nov-1994 08:49:37 GMT      | 1994-11-06T08:49:37Z",
            "Sun, 06 Nov 1994 08:49:37 UTC      | 1994-11-06T08:49:37Z",
            // A leap second, and 29 February.
            "Sat, 31 Dec 2016 23:59:60 GMT      | 2017-01-01T00:00:00Z",
            "Thu, 29 Feb 2024 00:00:00 GMT      | 2024-02-29T00:00:00Z",
            "Thursday, 29-Feb-24 00:00:00 GMT   | 2024-02-29T00:00:00Z",
    })
    void dateIsParsedInAllThreeFormats(String text, Instant date) {
        assertThat(HttpDate.parse(text, NOW)).contains(date);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "26 | 2026-03-01T12:00:00Z",
            "00 | 2000-03-01T12:00:00Z",
            "75 | 2075-03-01T12:00:00Z",
            "76 | 2076-03-01T12:00:00Z",
            "77 | 1977-03-01T12:00:00Z",
            "99 | 1999-03-01T12:00:00Z",
    })
    void twoDigitYearIsAtMostFiftyYearsInTheFuture(String year, Instant date) {
        assertThat(HttpDate.parse("Sunday, 01-Mar-" + year + " 12:00:00 GMT", NOW)).contains(date);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "Sunday, 01-Mar-76 12:00:01 GMT | 2026-03-01T12:00:00Z | 1976-03-01T12:00:01Z",
            "Sunday, 01-Mar-10 12:00:00 GMT | 2090-03-01T12:00:00Z | 2110-03-01T12:00:00Z",
    })
    void centuryDependsOnTheWholeDate(String text, Instant now, Instant date) {
        assertThat(HttpDate.parse(text, now)).contains(date);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = { "", " ", "0", "-1", "120", "soon", "GMT", "Sun", "2026-03-01T12:00:00Z",
            "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37 PST",
            "Sun, 06 Nov 1994 08:49:37 +0200", "Sun, 06 Nov 994 08:49:37 GMT", "Sun, 06 Nov 19944 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 30 Feb 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08:49:37 GMT GMT", "Sun Nov  6 08:49:37 94",
            "Sun Nov 06 08:49:37 GMT 1994", "Sun, ٠٦ Nov 1994 08:49:37 GMT",
            "Sun,                                                            06 Nov 1994 08:49:37 GMT" })
    void malformedOrMissingValueIsNotADate(String text) {
        assertThat(HttpDate.parse(text, NOW)).isEmpty();
    }
}
