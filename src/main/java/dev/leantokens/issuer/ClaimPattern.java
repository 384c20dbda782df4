package dev.leantokens.issuer;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern for a claim's whole value, case-sensitive: {@code *} stands for one or more printable characters except
 * slashes, colons and white space, {@code **} for one or more printable characters. Immutable.
 */
final class ClaimPattern {

    /** Limits the time of a match, with the maximum size of a token. */
    private static final int MAX_LENGTH = 512;

    /** Elements of a pattern that are no code points. */
    private static final int STAR = -1;
    private static final int STAR_STAR = -2;

    private final int[] elements;

    private ClaimPattern(int[] elements) {
        this.elements = elements;
    }

    /** @throws IllegalArgumentException if the pattern is invalid; the message is for an operator */
    static ClaimPattern of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("is empty; ** stands for any value");
        }
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("is longer than " + MAX_LENGTH + " characters");
        }
        if (text.contains("***")) {
            throw new IllegalArgumentException("has three stars in a row; write * or **");
        }
        List<Integer> elements = new ArrayList<>();
        int position = 0;
        while (position < text.length()) {
            if (text.startsWith("**", position)) {
                elements.add(STAR_STAR);
                position += 2;
                continue;
            }
            int c = text.codePointAt(position);
            if (!isPrintable(c)) {
                throw new IllegalArgumentException("has a character that is not printable");
            }
            elements.add(c == '*' ? STAR : c);
            position += Character.charCount(c);
        }
        return new ClaimPattern(elements.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * @param value a value of JSON
     * @return whether it is a string that matches, a boolean whose text matches, or an array of strings of which one matches
     */
    boolean matches(Object value) {
        if (value instanceof String text) {
            return matches(text);
        }
        if (value instanceof Boolean flag) {
            return matches(flag.toString());
        }
        return value instanceof List<?> array && array.stream().allMatch(String.class::isInstance)
                && array.stream().anyMatch(element -> matches((String) element));
    }

    /**
     * Follows all ways to match at once. The time is at most proportional to the length of the text times that of the
     * pattern, whatever its stars.
     */
    private boolean matches(String text) {
        // reached[i]: the first i elements match the text so far.
        boolean[] reached = new boolean[elements.length + 1];
        reached[0] = true;
        int position = 0;
        while (position < text.length()) {
            int c = text.codePointAt(position);
            position += Character.charCount(c);
            boolean any = false;
            // From the end, so that each character advances by at most one element.
            for (int i = elements.length; i > 0; i--) {
                int element = elements[i - 1];
                reached[i] = consumes(element, c) && (reached[i - 1] || element < 0 && reached[i]);
                any |= reached[i];
            }
            reached[0] = false;
            if (!any) {
                return false;
            }
        }
        return reached[elements.length];
    }

    private static boolean consumes(int element, int c) {
        return switch (element) {
            case STAR -> c != '/' && c != ':' && isPrintable(c) && !isSpace(c);
            case STAR_STAR -> isPrintable(c);
            default -> element == c;
        };
    }

    private static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    /** Neither control characters nor those that only direct or format others, line ends included. */
    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED, Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            default -> true;
        };
    }
}
