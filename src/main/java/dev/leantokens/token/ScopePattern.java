package dev.leantokens.token;

import java.util.List;
import java.util.regex.Pattern;

/**
 * An entry of an allow-list of scopes: literal text in which {@code *} stands for one or more letters, digits,
 * hyphens or underscores. {@code customer.*} therefore allows {@code customer.42} and neither {@code customer.}
 * nor {@code customer.a.b}. Immutable.
 */
public final class ScopePattern {

    /** The characters of a scope-token (RFC 6749 §3.3), of which the star is one. */
    private static final Pattern WRITTEN = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");
    private static final String ID = "[A-Za-z0-9_-]+";

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
        this.literal = text.indexOf('*') < 0;
    }

    /** For the configuration, which converts by a method of this name. */
    public static ScopePattern of(String text) {
        return new ScopePattern(text);
    }

    private static String regexOf(String text) {
        StringBuilder regex = new StringBuilder();
        for (char c : text.toCharArray()) {
            if (c == '*') {
                regex.append(ID);
            } else if (Character.isLetterOrDigit(c) || c == '_' || c == '-') {
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

    /** @return the same as a regular expression that Java and JSON Schema (ECMA-262) read alike, without anchors */
    public String regex() {
        return regex;
    }

    @Override
    public String toString() {
        return text;
    }
}
