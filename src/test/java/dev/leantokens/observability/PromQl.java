package dev.leantokens.observability;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an expression of Prometheus refers to. Reads tokens only: promtool checks the grammar.
 *
 * @param selectors the time series
 * @param labels the labels by which it groups and joins
 */
record PromQl(List<Selector> selectors, Set<String> labels) {

    private static final Pattern TOKEN = Pattern.compile("\\s*(?:#[^\n]*|\"((?:[^\"\\\\]|\\\\.)*)\"|'((?:[^'\\\\]|\\\\.)*)'"
            + "|([a-zA-Z_:][a-zA-Z0-9_:]*)|([0-9.]+[a-z0-9]*)|(=~|!~|!=|==|<=|>=|[-+*/%^<>=(){}\\[\\],:@$]))");
    private static final Set<String> GROUPINGS = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset", "atan2", "inf", "nan", "start",
            "end");

    /** A time series, and the labels that it must have. */
    record Selector(String name, List<Match> matches) {
    }

    /** @param operator {@code =}, {@code !=}, {@code =~} or {@code !~} */
    record Match(String label, String operator, String value) {

        /** @return the values that are named; empty for a pattern that is not a list of values, such as a variable */
        Stream<String> values() {
            return Stream.of(value.split("\\|")).filter(each -> each.matches("[a-z0-9_]+"));
        }
    }

    private record Token(String text, boolean quoted) {

        boolean isName() {
            return !quoted && text.matches("[a-zA-Z_:][a-zA-Z0-9_:]*");
        }

        boolean is(String other) {
            return !quoted && text.equals(other);
        }
    }

    /** @throws IllegalArgumentException if the text has something that is no token */
    static PromQl parse(String text) {
        List<Token> tokens = tokens(text.replaceAll("\\$__rate_interval", "5m"));
        List<Selector> selectors = new ArrayList<>();
        Set<String> labels = new HashSet<>();
        for (int at = 0; at < tokens.size(); at++) {
            Token token = tokens.get(at);
            if (token.is("[")) {
                at = find(tokens, at, "]");
            } else if (token.isName() && !WORDS.contains(token.text().toLowerCase(Locale.ROOT))) {
                boolean opens = at + 1 < tokens.size() && tokens.get(at + 1).is("(");
                if (GROUPINGS.contains(token.text())) {
                    int end = opens ? find(tokens, at, ")") : at;
                    tokens.subList(Math.min(end, at + 2), end).stream().filter(Token::isName).map(Token::text)
                            .forEach(labels::add);
                    at = end;
                } else if (!opens && !isAggregation(tokens, at)) {
                    boolean matched = at + 1 < tokens.size() && tokens.get(at + 1).is("{");
                    int end = matched ? find(tokens, at, "}") : at;
                    selectors.add(new Selector(token.text(), matches(tokens.subList(Math.min(end, at + 2), end))));
                    at = end;
                }
            }
        }
        return new PromQl(List.copyOf(selectors), Set.copyOf(labels));
    }

    /** {@code sum by (a) (b)} has its grouping before its argument. */
    private static boolean isAggregation(List<Token> tokens, int at) {
        return at + 1 < tokens.size() && (tokens.get(at + 1).is("by") || tokens.get(at + 1).is("without"));
    }

    private static List<Match> matches(List<Token> tokens) {
        List<Match> matches = new ArrayList<>();
        for (int at = 0; at + 2 < tokens.size(); at += 4) {
            matches.add(new Match(tokens.get(at).text(), tokens.get(at + 1).text(), tokens.get(at + 2).text()));
        }
        return matches;
    }

    private static int find(List<Token> tokens, int from, String end) {
        int at = from;
        while (!tokens.get(at).is(end)) {
            at++;
        }
        return at;
    }

    private static List<Token> tokens(String text) {
        List<Token> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        int at = 0;
        String rest = text.stripTrailing();
        while (at < rest.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw new IllegalArgumentException("no token: " + rest.substring(at));
            }
            at = matcher.end();
            String quoted = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            if (quoted != null) {
                tokens.add(new Token(quoted, true));
            } else {
                String word = Stream.of(3, 4, 5).map(matcher::group).filter(each -> each != null).findFirst().orElse(null);
                if (word != null) {
                    tokens.add(new Token(word, false));
                }
            }
        }
        return tokens;
    }
}
