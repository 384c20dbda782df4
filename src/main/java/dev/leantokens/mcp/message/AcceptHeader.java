package dev.leantokens.mcp.message;

import java.util.List;
import java.util.Locale;
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
            for (String range : value.split(",")) {
                if (range.isBlank()) {
                    continue;
                }
                empty = false;
                // The limit keeps empty parts: without it, a range that is only a semicolon has no parts.
                String[] parts = range.split(";", -1);
                int specificity = specificity(parts[0].strip().toLowerCase(Locale.ROOT), type);
                if (specificity > best) {
                    best = specificity;
                    accepted = hasWeight(parts);
                } else if (specificity == best && specificity != OTHER) {
                    accepted |= hasWeight(parts);
                }
            }
        }
        return empty || accepted;
    }

    private static int specificity(String range, String type) {
        if (range.equals(type)) {
            return EXACT;
        }
        if (range.equals(type.substring(0, type.indexOf('/') + 1) + "*")) {
            return SUBTYPES;
        }
        return range.equals("*/*") ? ANY : OTHER;
    }

    /** A malformed weight counts as above 0. */
    private static boolean hasWeight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            if (ZERO.matcher(parts[i].strip()).matches()) {
                return false;
            }
        }
        return true;
    }
}
