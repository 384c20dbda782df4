package dev.leantokens.lean;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses dates of HTTP headers in the three formats that recipients must accept (RFC 9110 §5.6.7): IMF-fixdate, RFC 850 and
 * asctime. Case, the amount of white space and the day of the week are ignored.
 */
final class HttpDate {

    /** The longest of the formats has 33 characters. */
    private static final int MAX_LENGTH = 64;

    private static final String TIME = "(\\d{2}):(\\d{2}):(\\d{2})";
    private static final Pattern IMF_FIXDATE_OR_RFC_850 = Pattern.compile(
            "(?:[a-z]+\\s*,\\s*)?(\\d{1,2})(?:-|\\s+)([a-z]{3})(?:-|\\s+)(\\d{4}|\\d{2})\\s+" + TIME + "\\s*(?:GMT|UTC)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern ASCTIME = Pattern.compile(
            "[a-z]+\\s+([a-z]{3})\\s+(\\d{1,2})\\s+" + TIME + "\\s+(\\d{4})", Pattern.CASE_INSENSITIVE);

    private static final List<String> MONTHS = List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct",
            "nov", "dec");

    private static final int LEAP_SECOND = 60;
    private static final int MAX_YEARS_AHEAD = 50;

    private HttpDate() {
    }

    /**
     * @param headerValue the header's value; null if it is missing
     * @param now the current time, which decides the century of a two-digit year: a date is at most 50 years in the future
     * @return the date; empty if the value is missing or malformed
     */
    static Optional<Instant> parse(String headerValue, Instant now) {
        if (headerValue == null || headerValue.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String text = headerValue.strip();
        try {
            Matcher common = IMF_FIXDATE_OR_RFC_850.matcher(text);
            if (common.matches()) {
                return Optional.of(instant(common.group(3), common.group(2), common.group(1), common, 4, now));
            }
            Matcher asctime = ASCTIME.matcher(text);
            if (asctime.matches()) {
                return Optional.of(instant(asctime.group(6), asctime.group(1), asctime.group(2), asctime, 3, now));
            }
            return Optional.empty();
        } catch (DateTimeException e) {
            // Such as 30 February, or hour 25.
            return Optional.empty();
        }
    }

    private static Instant instant(String year, String month, String day, Matcher time, int hourGroup, Instant now) {
        int second = number(time.group(hourGroup + 2));
        boolean leap = second == LEAP_SECOND;
        LocalDateTime date = LocalDateTime.of(number(year), 1 + MONTHS.indexOf(month.toLowerCase(Locale.ROOT)), number(day),
                number(time.group(hourGroup)), number(time.group(hourGroup + 1)), leap ? LEAP_SECOND - 1 : second);
        if (year.length() == 2) {
            date = inCentury(date, LocalDateTime.ofInstant(now, ZoneOffset.UTC).plusYears(MAX_YEARS_AHEAD));
        }
        return date.plusSeconds(leap ? 1 : 0).toInstant(ZoneOffset.UTC);
    }

    /** @return the last date with the same last two digits of the year that is not after the latest */
    private static LocalDateTime inCentury(LocalDateTime date, LocalDateTime latest) {
        int year = latest.getYear() - Math.floorMod(latest.getYear() - date.getYear(), 100);
        LocalDateTime last = date.withYear(year);
        return last.isAfter(latest) ? date.withYear(year - 100) : last;
    }

    private static int number(String digits) {
        return Integer.parseInt(digits);
    }
}
