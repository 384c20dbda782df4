package dev.leantokens.hostile.input;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads JSON by the grammar of RFC 8259 and nothing else: a second opinion about what the service's parsers accept. */
public final class StrictJson {

    /** Deeper values and longer numbers may be refused. */
    public static final int USUAL_DEPTH = 1000;
    public static final int USUAL_NUMBER = 1000;

    /** Stands for {@code null}. */
    public static final Object NULL = new Object();

    private static final int MAX_DEPTH = 2 * USUAL_DEPTH;
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?(?:[eE][+-]?[0-9]++)?");
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{4}");

    private final String text;
    private int position;
    private boolean usual = true;

    private StrictJson(String text) {
        this.text = text;
    }

    /** An object with all its members, in order. */
    public record Members(List<Map.Entry<String, Object>> all) {

        /** @return the values of the members with this name */
        public List<Object> named(String name) {
            return all.stream().filter(member -> member.getKey().equals(name)).map(Map.Entry::getValue).toList();
        }
    }

    /** A number as it is written. */
    public record Number(String text) {
    }

    /**
     * A value.
     *
     * @param value a {@link String}, {@link Number}, {@link Boolean}, {@link List}, {@link Members} or {@link #NULL}
     * @param usual whether every parser has to accept it
     */
    public record Value(Object value, boolean usual) {
    }

    /** @return the value; empty if the text is not one JSON value */
    public static Optional<Value> read(String text) {
        StrictJson json = new StrictJson(text);
        try {
            Object value = json.value(1);
            json.skipSpaces();
            return json.position == text.length() ? Optional.of(new Value(value, json.usual)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Object value(int depth) {
        skipSpaces();
        usual &= depth <= USUAL_DEPTH;
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("too deep");
        }
        char c = peek();
        return switch (c) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> literal("true", true);
            case 'f' -> literal("false", false);
            case 'n' -> literal("null", NULL);
            default -> number();
        };
    }

    private Members object(int depth) {
        List<Map.Entry<String, Object>> members = new ArrayList<>();
        position++;
        skipSpaces();
        if (peek() == '}') {
            position++;
            return new Members(members);
        }
        do {
            skipSpaces();
            String name = string();
            skipSpaces();
            expect(':');
            members.add(Map.entry(name, value(depth + 1)));
            skipSpaces();
        } while (isNext(','));
        expect('}');
        return new Members(members);
    }

    private List<Object> array(int depth) {
        List<Object> elements = new ArrayList<>();
        position++;
        skipSpaces();
        if (peek() == ']') {
            position++;
            return elements;
        }
        do {
            elements.add(value(depth + 1));
            skipSpaces();
        } while (isNext(','));
        expect(']');
        return elements;
    }

    private String string() {
        expect('"');
        StringBuilder string = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(position++);
            if (c < ' ') {
                throw new IllegalArgumentException("a control character");
            }
            string.append(c == '\\' ? escaped() : c);
        }
        position++;
        return string.toString();
    }

    private char escaped() {
        char c = peek();
        position++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) Integer.parseInt(matched(HEX), 16);
            default -> throw new IllegalArgumentException("an unknown escape");
        };
    }

    private Number number() {
        Number number = new Number(matched(NUMBER));
        usual &= number.text().length() <= USUAL_NUMBER;
        return number;
    }

    private String matched(Pattern pattern) {
        Matcher matcher = pattern.matcher(text).region(position, text.length());
        if (!matcher.lookingAt()) {
            throw new IllegalArgumentException("no match");
        }
        position = matcher.end();
        return matcher.group();
    }

    private Object literal(String name, Object value) {
        if (!text.startsWith(name, position)) {
            throw new IllegalArgumentException("no literal");
        }
        position += name.length();
        return value;
    }

    private void skipSpaces() {
        while (position < text.length() && " \t\n\r".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
    }

    private boolean isNext(char c) {
        boolean next = position < text.length() && text.charAt(position) == c;
        position += next ? 1 : 0;
        return next;
    }

    private void expect(char c) {
        if (!isNext(c)) {
            throw new IllegalArgumentException("another character");
        }
    }

    private char peek() {
        if (position >= text.length()) {
            throw new IllegalArgumentException("the end");
        }
        return text.charAt(position);
    }
}
