package dev.leantokens.status;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Formats values for people: times in UTC, durations in at most two units. */
final class Formats {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY_AND_MINUTE = DateTimeFormatter.ofPattern("d MMM HH:mm", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private Formats() {
    }

    /**
     * A time for the element {@code time}.
     *
     * @param machine in ISO 8601
     * @param text without the time zone
     */
    record Time(String machine, String text) {
    }

    /** @return the time of day to the second, after the date unless that is today's */
    static Time time(Instant instant, Instant now) {
        boolean today = instant.truncatedTo(ChronoUnit.DAYS).equals(now.truncatedTo(ChronoUnit.DAYS));
        return new Time(instant.truncatedTo(ChronoUnit.SECONDS).toString(), (today ? TIME : DAY_AND_MINUTE).format(instant));
    }

    static Time minute(Instant instant) {
        return new Time(instant.truncatedTo(ChronoUnit.MINUTES).toString(), MINUTE.format(instant));
    }

    /** @return such as {@code 3 h 12 min}; {@code 0 s} for negative ones */
    static String duration(Duration duration) {
        if (duration.toDays() > 0) {
            return duration.toDays() == 1 ? "1 day" + and(duration.toHoursPart(), "h") : duration.toDays() + " days";
        }
        if (duration.toHours() > 0) {
            return duration.toHours() + " h" + and(duration.toMinutesPart(), "min");
        }
        return duration.toMinutes() > 0 ? duration.toMinutes() + " min" : Math.max(0, duration.toSeconds()) + " s";
    }

    private static String and(int part, String unit) {
        return part == 0 ? "" : " " + part + " " + unit;
    }

    /** @return to two digits, such as {@code 0.35 ms}, {@code 120 ms} or {@code 1.2 s} */
    static String latency(Duration latency) {
        BigDecimal millis = new BigDecimal(latency.toNanos()).movePointLeft(6).round(new MathContext(2));
        boolean seconds = millis.compareTo(BigDecimal.valueOf(1000)) >= 0;
        return (seconds ? millis.movePointLeft(3) : millis).stripTrailingZeros().toPlainString() + (seconds ? " s" : " ms");
    }

    static String count(long count) {
        return String.format(Locale.ENGLISH, "%,d", count);
    }

    /** @return such as {@code 1 error} or {@code 2 errors} */
    static String count(long count, String one, String many) {
        return count(count) + " " + (count == 1 ? one : many);
    }

    /** @return in percent, rounded down, so that only all of it is 100; 0 of nothing */
    static int percent(long part, long whole) {
        return whole == 0 ? 0 : (int) (100 * part / whole);
    }
}
