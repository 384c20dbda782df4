package dev.leantokens.soak;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

import dev.leantokens.soak.Figures.Source;

/** Prints a table of the figures, one row per interval. */
final class Table {

    private static final String FORMAT = "| %7s | %8s | %7s | %5s | %5s | %5s | %15s | %16s | %26s | %s |%n";

    private Table() {
    }

    static void head() {
        System.out.printf(FORMAT, "time", "answers", "hit", "stale", "Lean", "MCP", "hits, ms", "all, ms", "MiB/files/threads",
                "errors");
        System.out.printf(FORMAT, "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---");
    }

    /** @param vitals of each replica */
    static void row(Duration time, Figures figures, String vitals) {
        row("%d:%02d".formatted(time.toMinutes(), time.toSecondsPart()), figures, vitals);
    }

    static void total(Figures figures) {
        row("total", figures, "");
    }

    private static void row(String time, Figures figures, String vitals) {
        System.out.printf(FORMAT, time, figures.answers(), figures.tokens(Source.HIT), figures.tokens(Source.STALE),
                figures.tokens(Source.LEAN), figures.tokens(Source.UNKNOWN), figures.latenciesOfHits(),
                figures.latenciesOfAll(), vitals, errors(figures.errors()));
    }

    private static String errors(Map<String, Integer> errors) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(errors).forEach((label, count) -> text.append(text.isEmpty() ? "" : ", ").append(label).append(": ")
                .append(count));
        return text.toString();
    }
}
