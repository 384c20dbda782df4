package dev.leantokens.token;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An entry of an allow-list of scopes: literal text in which {@code *} stands for one or more letters, digits,
 * hyphens or underscores. {@code customer.*} therefore allows {@code customer.42} and neither {@code customer.}
 * nor {@code customer.a.b}. Immutable.
 */
public final class ScopePattern {

    /** The characters of a scope-token (RFC 6749 §3.3), of which the star is one. */
    private static final Pattern WRITTEN = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");
    private static final char STAR = '*';
    private static final String ID = "[A-Za-z0-9_-]+";

    /** More than the length of any text, and small enough to be added to. */
    private static final int NONE = Integer.MAX_VALUE / 2;

    private final String text;
    private final String regex;
    private final Pattern pattern;
    /**
     * Whether it has no star, as api, which most requests are for: to compare is cheaper than to match, and leaves no garbage.
     */
    private final boolean literal;

    public ScopePattern(String text) {
        if (!WRITTEN.matcher(text).matches()) {
            throw new IllegalArgumentException("a scope pattern is empty or has a character that no scope has: " + text);
        }
        this.text = text;
        this.regex = regexOf(text);
        this.pattern = Pattern.compile(regex);
        this.literal = text.indexOf(STAR) < 0;
    }

    /** For the configuration, which converts by a method of this name. */
    public static ScopePattern of(String text) {
        return new ScopePattern(text);
    }

    private static String regexOf(String text) {
        StringBuilder regex = new StringBuilder();
        for (char c : text.toCharArray()) {
            if (c == STAR) {
                regex.append(ID);
            } else if (isOfId(c)) {
                regex.append(c);
            } else {
                regex.append('\\').append(c);
            }
        }
        return regex.toString();
    }

    public boolean allows(Scope scope) {
        return literal ? text.equals(scope.value()) : pattern.matcher(scope.value()).matches();
    }

    /** @return whether one of these patterns allows the scope */
    public static boolean anyAllows(List<ScopePattern> patterns, Scope scope) {
        // A loop, since every request for a cached token comes by here.
        for (ScopePattern pattern : patterns) {
            if (pattern.allows(scope)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Tells whether at least one scope is allowed by this pattern and by another one. Exact; the time is quadratic in the
     * lengths of the patterns.
     */
    public boolean overlaps(ScopePattern other) {
        // No text is shorter than the pattern that it matches.
        return Math.max(text.length(), other.text.length()) <= Scope.MAX_LENGTH
                && shortestCommon(text, other.text) <= Scope.MAX_LENGTH;
    }

    /** @return whether one of these patterns overlaps this one */
    public boolean overlapsAny(List<ScopePattern> others) {
        return others.stream().anyMatch(this::overlaps);
    }

    /**
     * Reads both patterns as automata that take one character a step: a literal goes on to the next position, a star does so
     * too and then may take further characters. As each step of both together gets at least one of them on, one pass over the
     * pairs of positions finds the shortest way.
     *
     * @return the length of the shortest text that both patterns match
     */
    private static int shortestCommon(String one, String other) {
        int[][] shortest = new int[one.length() + 1][other.length() + 1];
        for (int[] row : shortest) {
            Arrays.fill(row, NONE);
        }
        shortest[0][0] = 0;
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                int next = shortest[i][j] + 1;
                boolean oneGoesOn = i < one.length();
                boolean otherGoesOn = j < other.length();
                if (oneGoesOn && otherGoesOn && haveCommonCharacter(one.charAt(i), other.charAt(j))) {
                    shortest[i + 1][j + 1] = Math.min(shortest[i + 1][j + 1], next);
                }
                if (oneGoesOn && isAfterStar(other, j) && haveCommonCharacter(one.charAt(i), STAR)) {
                    shortest[i + 1][j] = Math.min(shortest[i + 1][j], next);
                }
                if (otherGoesOn && isAfterStar(one, i) && haveCommonCharacter(STAR, other.charAt(j))) {
                    shortest[i][j + 1] = Math.min(shortest[i][j + 1], next);
                }
            }
        }
        return shortest[one.length()][other.length()];
    }

    private static boolean isAfterStar(String text, int position) {
        return position > 0 && text.charAt(position - 1) == STAR;
    }

    /** @return whether two elements of patterns, each a star or a literal, have a character in common */
    private static boolean haveCommonCharacter(char one, char other) {
        if (one == STAR) {
            return other == STAR || isOfId(other);
        }
        return other == STAR ? isOfId(one) : one == other;
    }

    private static boolean isOfId(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '-';
    }

    /**
     * @param patterns at least one
     * @return what they allow, in words that fit into an {@code error_description} (RFC 6749 §5.2)
     */
    public static String describe(List<ScopePattern> patterns) {
        String last = patterns.get(patterns.size() - 1).text;
        String all = patterns.size() == 1 ? last
                : patterns.subList(0, patterns.size() - 1).stream().map(ScopePattern::toString)
                        .collect(Collectors.joining(", ", "", " or " + last));
        return all.indexOf(STAR) < 0 ? all : all + ", where * stands for an id";
    }

    /** @return the same as a regular expression that Java and JSON Schema (ECMA-262) read alike, without anchors */
    public String regex() {
        return regex;
    }

    @Override
    public String toString() {
        return text;
    }
}
