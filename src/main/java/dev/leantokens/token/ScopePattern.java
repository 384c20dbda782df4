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

    /** What follows the end of a pattern; no scope has it. */
    private static final char NOTHING = 0;

    /** More than the length of any text, and small enough to be added to. */
    private static final int NONE = Integer.MAX_VALUE / 2;

    private final String text;
    /** Whether it has no star, as api, which most requests are for: to compare is cheaper than to match. */
    private final boolean literal;

    public ScopePattern(String text) {
        if (!WRITTEN.matcher(text).matches()) {
            throw new IllegalArgumentException("a scope pattern is empty or has a character that no scope has: " + text);
        }
        this.text = text;
        this.literal = text.indexOf(STAR) < 0;
    }

    /** For the configuration, which converts by a method of this name. */
    public static ScopePattern of(String text) {
        return new ScopePattern(text);
    }

    /**
     * Tells whether this pattern allows a scope. The time is at most proportional to the product of the length of the scope,
     * which is at most {@link Scope#MAX_LENGTH}, and that of the longest part of the pattern between two stars, however many
     * stars there are. Nothing is allocated.
     */
    public boolean allows(Scope scope) {
        return literal ? text.equals(scope.value()) : matches(scope.value());
    }

    /**
     * Each star takes as little as it can: one character, and one more whenever what follows does not match. Only the last star
     * is ever extended. An earlier one need not be: had it taken more, the star after it could take what it has left. That
     * would fail only at a character that no star takes, and then the part between the two stars had that character, too, and
     * so could not begin anywhere else.
     */
    private boolean matches(String scope) {
        int length = scope.length();
        int position = 0;
        int inPattern = 0;
        int endOfStar = 0;
        int afterStar = 0;
        while (position < length) {
            char next = inPattern < text.length() ? text.charAt(inPattern) : NOTHING;
            if (next == STAR && isOfId(scope.charAt(position))) {
                position++;
                inPattern++;
                endOfStar = position;
                afterStar = inPattern;
            } else if (next != STAR && next == scope.charAt(position)) {
                position++;
                inPattern++;
            } else if (afterStar > 0 && endOfStar < length && isOfId(scope.charAt(endOfStar))) {
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
        // A loop, since every request for a cached token comes by here.
        for (ScopePattern pattern : patterns) {
            if (pattern.allows(scope)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Tells whether at least one scope is allowed by this pattern and by another one. Exact; the time is at most proportional
     * to the square of {@link Scope#MAX_LENGTH}.
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

    /** In ASCII: a scope has nothing else. */
    private static boolean isOfId(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
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

    @Override
    public String toString() {
        return text;
    }
}
