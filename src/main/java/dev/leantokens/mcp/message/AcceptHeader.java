package dev.leantokens.mcp.message;

import java.util.List;
import java.util.regex.Pattern;

/** Reads the {@code Accept} header (RFC 9110 §12.5.1). */
public final class AcceptHeader {

    private static final int EXACT = 2;
    private static final int SUBTYPES = 1;
    private static final int ANY = 0;
    private static final int OTHER = -1;

    private static final Pattern ZERO = Pattern.compile("(?i)q=0(\\.0{0,3})?");

    private AcceptHeader() {
    }

    /**
     * @param values the header's values; without any, every type is accepted
     * @param type the media type, in lower case and without parameters
     * @return whether the most specific range that matches the type has a weight above 0
     */
    public static boolean accepts(List<String> values, String type) {
        boolean empty = true;
        int best = OTHER;
        boolean accepted = false;
        for (String value : values) {
            int end;
            for (int start = 0; start < value.length(); start = end + 1) {
                end = endOf(value, start, ',');
                String range = value.substring(start, end).strip();
                if (range.isEmpty()) {
                    continue;
                }
                empty = false;
                int specificity = specificity(range.substring(0, endOf(range, 0, ';')).strip(), type);
                if (specificity == EXACT && hasWeight(range)) {
                    return true;
                }
                if (specificity > best) {
                    best = specificity;
                    accepted = hasWeight(range);
                } else if (specificity == best && specificity != OTHER) {
                    accepted |= hasWeight(range);
                }
            }
        }
        return empty || accepted;
    }

    private static int endOf(String text, int start, char separator) {
        int end = text.indexOf(separator, start);
        return end < 0 ? text.length() : end;
    }

    private static int specificity(String range, String type) {
        if (range.equalsIgnoreCase(type)) {
            return EXACT;
        }
        int slash = type.indexOf('/');
        if (range.length() == slash + 2 && range.endsWith("/*") && range.regionMatches(true, 0, type, 0, slash)) {
            return SUBTYPES;
        }
        return range.equals("*/*") ? ANY : OTHER;
    }

    /** A malformed weight counts as above 0. */
    private static boolean hasWeight(String range) {
        int end;
        for (int start = endOf(range, 0, ';') + 1; start < range.length(); start = end + 1) {
            end = endOf(range, start, ';');
            if (ZERO.matcher(range.substring(start, end).strip()).matches()) {
                return false;
            }
        }
        return true;
    }
}
