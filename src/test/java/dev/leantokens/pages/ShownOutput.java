package dev.leantokens.pages;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Compares the output that a page shows with the printed one. JSON must have the same members, of the same types, and the same
 * strings except tokens; text must have the same lines. {@code …} stands for any part of a line or a string, and alone on a
 * line for any lines.
 */
final class ShownOutput {

    private static final String ANY = "…";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> DIFFERENT_EACH_TIME = Set.of("access_token");

    private ShownOutput() {
    }

    /** @return what differs; empty if nothing does */
    static Optional<String> difference(Block shown, String printed) {
        return shown.language().equals("json") ? json(shown.text(), printed) : text(shown.text(), printed);
    }

    /** @return a difference if a shown line is not in the log, after the one shown before */
    static Optional<String> differenceToLog(Block shown, String log) {
        String lines = shown.text().lines().map(line -> ".*" + pattern(line) + ".*\n")
                .collect(Collectors.joining("(?:.*\n)*?"));
        return Pattern.compile(lines).matcher(withEnd(log)).find() ? Optional.empty()
                : Optional.of("these lines are not in the log:\n" + shown.text() + "but these are:\n" + log);
    }

    private static Optional<String> text(String shown, String printed) {
        String lines = shown.lines().map(line -> line.equals(ANY) ? "(?:.*\n)*?" : pattern(line) + "\\s*\n")
                .collect(Collectors.joining());
        return Pattern.compile(lines).matcher(withEnd(printed)).matches() ? Optional.empty()
                : Optional.of("shown is:\n" + shown + "but printed was:\n" + printed);
    }

    private static String withEnd(String printed) {
        return printed.endsWith("\n") ? printed : printed + "\n";
    }

    private static String pattern(String shown) {
        return Stream.of(shown.split(ANY, -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    }

    private static Optional<String> json(String shown, String printed) {
        List<String> differences = new ArrayList<>();
        try {
            List<JsonNode> expected = values(shown);
            List<JsonNode> actual = values(printed);
            if (expected.size() == actual.size()) {
                for (int i = 0; i < expected.size(); i++) {
                    compare("$", expected.get(i), actual.get(i), differences);
                }
            } else {
                differences.add(expected.size() + " values are shown, but " + actual.size() + " were printed");
            }
        } catch (IOException e) {
            differences.add("no JSON: " + e.getMessage());
        }
        return differences.isEmpty() ? Optional.empty()
                : Optional.of(String.join("\n", differences) + "\nshown is:\n" + shown + "but printed was:\n" + printed);
    }

    private static List<JsonNode> values(String text) throws IOException {
        List<JsonNode> values = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(text)) {
            for (JsonNode value = parser.readValueAsTree(); value != null; value = parser.readValueAsTree()) {
                values.add(value);
            }
        }
        return values;
    }

    private static void compare(String path, JsonNode shown, JsonNode printed, List<String> differences) {
        if (shown.getNodeType() != printed.getNodeType()) {
            differences.add(path + ": shown is " + shown.getNodeType() + ", but printed was " + printed.getNodeType());
        } else if (shown.isObject()) {
            Set<String> names = new TreeSet<>();
            shown.fieldNames().forEachRemaining(names::add);
            printed.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                if (!shown.has(name) || !printed.has(name)) {
                    differences.add(path + "." + name + ": is only " + (shown.has(name) ? "shown" : "printed"));
                } else if (!DIFFERENT_EACH_TIME.contains(name)) {
                    compare(path + "." + name, shown.get(name), printed.get(name), differences);
                }
            }
        } else if (shown.isArray() && shown.size() == printed.size()) {
            if (!isSameInOtherOrder(shown, printed)) {
                for (int i = 0; i < shown.size(); i++) {
                    compare(path + "[" + i + "]", shown.get(i), printed.get(i), differences);
                }
            }
        } else if (shown.isArray()) {
            differences.add(path + ": " + shown.size() + " elements are shown, but " + printed.size() + " were printed");
        } else if (!shown.isNumber()
                && !Pattern.compile(pattern(shown.asText()), Pattern.DOTALL).matcher(printed.asText()).matches()) {
            differences.add(path + ": shown is " + shown + ", but printed was " + printed);
        }
    }

    /** Some arrays, such as that of the health checks, have another order each time. */
    private static boolean isSameInOtherOrder(JsonNode shown, JsonNode printed) {
        List<JsonNode> left = new ArrayList<>();
        printed.forEach(left::add);
        for (JsonNode element : shown) {
            Optional<JsonNode> same = left.stream().filter(other -> {
                List<String> differences = new ArrayList<>();
                compare("", element, other, differences);
                return differences.isEmpty();
            }).findFirst();
            if (same.isEmpty()) {
                return false;
            }
            left.remove(same.get());
        }
        return true;
    }
}
