package dev.leantokens.mcp;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads the {@code Accept} header of a request (RFC 9110 §12.5.1), as far as it says whether a media type may be sent. */
public final class AcceptHeader {

    private static final int EXACT = 2;
    private static final int SUBTYPES = 1;
    private static final int ANY = 0;
    private static final int OTHER = -1;

    private static final Pattern ZERO = Pattern.compile("(?i)q=0(\\.0{0,3})?");

    private AcceptHeader() {
    }

    /**
     * @param values the header's values; without one, everything is accepted
     * @param type the media type, in lower case and without parameters
     * @return whether the range that fits the type best has a weight above zero
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
                // With the empty parts: a range that is a semicolon only has no others.
                String[] parts = range.split(";", -1);
                int fit = fitOf(parts[0].strip().toLowerCase(Locale.ROOT), type);
                if (fit > best) {
                    best = fit;
                    accepted = isWanted(parts);
                } else if (fit == best && fit != OTHER) {
                    accepted |= isWanted(parts);
                }
            }
        }
        return empty || accepted;
    }

    private static int fitOf(String range, String type) {
        if (range.equals(type)) {
            return EXACT;
        }
        if (range.equals(type.substring(0, type.indexOf('/') + 1) + "*")) {
            return SUBTYPES;
        }
        return range.equals("*/*") ? ANY : OTHER;
    }

    /** Only a weight of zero makes a difference here; one that is malformed is no reason to refuse. */
    private static boolean isWanted(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            if (ZERO.matcher(parts[i].strip()).matches()) {
                return false;
            }
        }
        return true;
    }
}
