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

    private static final String TIME = "(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})";
    private static final List<Pattern> FORMATS = List.of(
            // IMF-fixdate and RFC 850
            Pattern.compile("(?:[a-z]+\\s*,\\s*)?(?<day>\\d{1,2})(?:-|\\s+)(?<month>[a-z]{3})(?:-|\\s+)(?<year>\\d{4}|\\d{2})"
                    + "\\s+" + TIME + "\\s*(?:GMT|UTC)", Pattern.CASE_INSENSITIVE),
            // asctime
            Pattern.compile("[a-z]+\\s+(?<month>[a-z]{3})\\s+(?<day>\\d{1,2})\\s+" + TIME + "\\s+(?<year>\\d{4})",
                    Pattern.CASE_INSENSITIVE));

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
        try {
            return FORMATS.stream().map(format -> format.matcher(headerValue.strip())).filter(Matcher::matches).findFirst()
                    .map(date -> instant(date, now));
        } catch (DateTimeException e) {
            // Such as 30 February, or hour 25.
            return Optional.empty();
        }
    }

    private static Instant instant(Matcher text, Instant now) {
        boolean leap = number(text, "second") == LEAP_SECOND;
        LocalDateTime date = LocalDateTime.of(number(text, "year"),
                1 + MONTHS.indexOf(text.group("month").toLowerCase(Locale.ROOT)), number(text, "day"), number(text, "hour"),
                number(text, "minute"), leap ? LEAP_SECOND - 1 : number(text, "second"));
        if (text.group("year").length() == 2) {
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

    private static int number(Matcher text, String group) {
        return Integer.parseInt(text.group(group));
    }
}
