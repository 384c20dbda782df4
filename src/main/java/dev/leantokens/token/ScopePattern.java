package dev.leantokens.token;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An entry of an allow-list of scopes: literal text in which {@code *} stands for one or more letters, digits, hyphens or
 * underscores. For example, {@code customer.*} allows {@code customer.42} but neither {@code customer.} nor
 * {@code customer.a.b}. Immutable.
 */
public final class ScopePattern {

    /** The characters of a scope-token (RFC 6749 §3.3), which include the star. */
    private static final Pattern SCOPE_TOKEN = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");
    private static final char STAR = '*';
    private static final String ID = "[A-Za-z0-9_-]+";

    /** Stands for the end of a pattern; no scope contains it. */
    private static final char END = 0;

    /** Longer than any text, with room for additions without overflow. */
    private static final int UNREACHABLE = Integer.MAX_VALUE / 2;

    private final String text;
    /** Whether it has no star, like api, the scope of most requests: comparing is cheaper than matching. */
    private final boolean literal;

    public ScopePattern(String text) {
        if (!SCOPE_TOKEN.matcher(text).matches() || text.length() > Scope.MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a scope pattern is empty or contains a character that no scope can contain, or is longer than "
                            + Scope.MAX_LENGTH + " characters");
        }
        this.text = text;
        this.literal = text.indexOf(STAR) < 0;
    }

    /** Converts a setting: SmallRye Config calls a method of this name. */
    public static ScopePattern of(String text) {
        return new ScopePattern(text);
    }

    /**
     * Tests whether this pattern allows a scope. Takes time proportional to at most the length of the scope times that of the
     * longest part of the pattern between two stars, however many stars there are. Allocates nothing.
     */
    public boolean allows(Scope scope) {
        return literal ? text.equals(scope.value()) : matches(scope.value());
    }

    /**
     * Matches each star with one character, and extends the last star by one whenever the rest does not match. Earlier stars
     * need no extension: the next star can match what they left out, unless that contains a character that no star matches. In
     * that case the part between the two stars contains the character too, and cannot start at another position.
     */
    private boolean matches(String scope) {
        int length = scope.length();
        int position = 0;
        int inPattern = 0;
        int endOfStar = 0;
        int afterStar = 0;
        while (position < length) {
            char next = inPattern < text.length() ? text.charAt(inPattern) : END;
            if (next == STAR && isIdCharacter(scope.charAt(position))) {
                position++;
                inPattern++;
                endOfStar = position;
                afterStar = inPattern;
            } else if (next != STAR && next == scope.charAt(position)) {
                position++;
                inPattern++;
            } else if (afterStar > 0 && endOfStar < length && isIdCharacter(scope.charAt(endOfStar))) {
                endOfStar++;
                position = endOfStar;
                inPattern = afterStar;
            } else {
                return false;
            }
        }
        return inPattern == text.length();
    }

    /** @return whether one of these patterns allows the scope */
    public static boolean anyAllows(List<ScopePattern> patterns, Scope scope) {
        // A loop instead of a stream: on the path of cached tokens.
        for (ScopePattern pattern : patterns) {
            if (pattern.allows(scope)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Tests whether at least one scope is allowed by both this pattern and another one. Exact; takes time
     * proportional to at most the square of {@link Scope#MAX_LENGTH}.
     */
    public boolean overlaps(ScopePattern other) {
        // No text is shorter than a pattern that it matches.
        return Math.max(text.length(), other.text.length()) <= Scope.MAX_LENGTH
                && shortestCommon(text, other.text) <= Scope.MAX_LENGTH;
    }

    /** @return whether one of these patterns overlaps this one */
    public boolean overlapsAny(List<ScopePattern> others) {
        return others.stream().anyMatch(this::overlaps);
    }

    /**
     * Runs both patterns as automata that consume one character per step: a literal and a star advance to the next position;
     * after a star, further characters can be consumed without advancing. Each common step advances at least one automaton, so
     * one pass over the pairs of positions finds the shortest path.
     *
     * @return the length of the shortest text that both patterns match
     */
    private static int shortestCommon(String one, String other) {
        int[][] shortest = new int[one.length() + 1][other.length() + 1];
        for (int[] row : shortest) {
            Arrays.fill(row, UNREACHABLE);
        }
        shortest[0][0] = 0;
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                int next = shortest[i][j] + 1;
                boolean oneAdvances = i < one.length();
                boolean otherAdvances = j < other.length();
                if (oneAdvances && otherAdvances && haveCommonCharacter(one.charAt(i), other.charAt(j))) {
                    shortest[i + 1][j + 1] = Math.min(shortest[i + 1][j + 1], next);
                }
                if (oneAdvances && isAfterStar(other, j) && haveCommonCharacter(one.charAt(i), STAR)) {
                    shortest[i + 1][j] = Math.min(shortest[i + 1][j], next);
                }
                if (otherAdvances && isAfterStar(one, i) && haveCommonCharacter(STAR, other.charAt(j))) {
                    shortest[i][j + 1] = Math.min(shortest[i][j + 1], next);
                }
            }
        }
        return shortest[one.length()][other.length()];
    }

    private static boolean isAfterStar(String text, int position) {
        return position > 0 && text.charAt(position - 1) == STAR;
    }

    /** @return whether two pattern elements, each a star or a literal, have a character in common */
    private static boolean haveCommonCharacter(char one, char other) {
        if (one == STAR) {
            return other == STAR || isIdCharacter(other);
        }
        return other == STAR ? isIdCharacter(one) : one == other;
    }

    /** ASCII only, like scopes. */
    private static boolean isIdCharacter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
    }

    /**
     * @param patterns at least one
     * @return a list in words, with only characters that an {@code error_description} allows (RFC 6749 §5.2)
     */
    public static String describe(List<ScopePattern> patterns) {
        String last = patterns.get(patterns.size() - 1).text;
        String all = patterns.size() == 1 ? last
                : patterns.subList(0, patterns.size() - 1).stream().map(ScopePattern::toString)
                        .collect(Collectors.joining(", ", "", " or " + last));
        return all.indexOf(STAR) < 0 ? all : all + ", where * stands for an id";
    }

    /** @return a regular expression without anchors, with the same meaning in Java and JSON Schema (ECMA-262) */
    public String regex() {
        StringBuilder regex = new StringBuilder();
        for (char c : text.toCharArray()) {
            if (c == STAR) {
                regex.append(ID);
            } else if (isIdCharacter(c)) {
                regex.append(c);
            } else {
                regex.append('\\').append(c);
            }
        }
        return regex.toString();
    }

    @Override
    public String toString() {
        return text;
    }
}
