package dev.leantokens.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Writes a JSON object of one line, in ASCII: whatever a value contains, it can neither end the line nor change how a terminal
 * shows it. Written for speed, since each request writes one: it creates no objects. Not thread-safe.
 */
final class AuditLine {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int INITIAL_LENGTH = 1024;
    /** The longest escape: a backslash, a u and four digits. */
    private static final int ESCAPE = 6;
    /** A token's subject has no limit of its own. */
    private static final int MAX_TEXT = 1024;

    private static final int SECOND = 1000;
    private static final int TIME_LENGTH = "2026-01-31T23:59:59".length();

    private byte[] bytes = new byte[INITIAL_LENGTH];
    private int length;

    /** The text of a second, which many lines share. */
    private byte[] secondText;
    private long second = Long.MIN_VALUE;

    /** Starts a line. */
    void start() {
        length = 0;
        append('{');
    }

    /** Ends the line. */
    void end() {
        append('}');
        append('\n');
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** @param millis since the epoch; written in UTC with milliseconds (RFC 3339) */
    void time(byte[] name, long millis) {
        name(name);
        reserve(TIME_LENGTH + 7);
        bytes[length++] = '"';
        appendSecond(Math.floorDiv(millis, SECOND));
        int fraction = (int) Math.floorMod(millis, (long) SECOND);
        bytes[length++] = '.';
        bytes[length++] = (byte) ('0' + fraction / 100);
        appendTwoDigits(fraction % 100);
        bytes[length++] = 'Z';
        bytes[length++] = '"';
    }

    /** @param value of three digits */
    void status(byte[] name, int value) {
        name(name);
        reserve(3);
        bytes[length++] = (byte) ('0' + value / 100);
        appendTwoDigits(value % 100);
    }

    /** @param value of one digit */
    void version(byte[] name, int value) {
        name(name);
        append((char) ('0' + value));
    }

    /** @param value any text; unpaired surrogates are replaced, and a long text is shortened */
    void text(byte[] name, String value) {
        name(name);
        int end = Math.min(value.length(), MAX_TEXT);
        reserve(end * ESCAPE + 2);
        bytes[length++] = '"';
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
                bytes[length++] = (byte) c;
            } else {
                escape(isUnpaired(value, i, end) ? '\uFFFD' : c);
            }
        }
        bytes[length++] = '"';
    }

    /** @param value printable ASCII without quotes and backslashes */
    void token(byte[] name, byte[] value) {
        name(name);
        reserve(value.length + 2);
        bytes[length++] = '"';
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        bytes[length++] = '"';
    }

    private static boolean isUnpaired(String text, int index, int end) {
        char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == end || !Character.isLowSurrogate(text.charAt(index + 1));
        }
        return Character.isLowSurrogate(c) && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
    }

    private void escape(char c) {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[length++] = HEX[c >> shift & 0xF];
        }
    }

    private void name(byte[] quoted) {
        if (length > 1) {
            append(',');
        }
        reserve(quoted.length);
        System.arraycopy(quoted, 0, bytes, length, quoted.length);
        length += quoted.length;
    }

    /** @return a member's name as the methods expect it: with its quotes and the colon */
    static byte[] quoted(String name) {
        return ('"' + name + "\":").getBytes(StandardCharsets.US_ASCII);
    }

    private void append(char c) {
        reserve(1);
        bytes[length++] = (byte) c;
    }

    private void reserve(int more) {
        if (more > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }

    private void appendSecond(long epochSecond) {
        if (epochSecond != second) {
            second = epochSecond;
            secondText = Instant.ofEpochSecond(epochSecond).toString().getBytes(StandardCharsets.US_ASCII);
        }
        System.arraycopy(secondText, 0, bytes, length, TIME_LENGTH);
        length += TIME_LENGTH;
    }

    private void appendTwoDigits(int number) {
        bytes[length++] = (byte) ('0' + number / 10);
        bytes[length++] = (byte) ('0' + number % 10);
    }
}
