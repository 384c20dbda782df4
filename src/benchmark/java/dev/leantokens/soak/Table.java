package dev.leantokens.soak;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

import dev.leantokens.soak.Figures.Source;
import dev.leantokens.vitals.Vitals;

/** Prints a table of the figures, one row per interval. */
final class Table {

    private static final String FORMAT = "| %6s | %8s | %7s | %5s | %5s | %5s | %15s | %16s | %8s | %5s | %7s | %s |%n";

    private Table() {
    }

    static void head() {
        System.out.printf(FORMAT, "time", "answers", "hit", "stale", "Lean", "MCP", "hits, ms", "all, ms", "heap MiB",
                "files", "threads", "errors");
        System.out.printf(FORMAT, "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:",
                "---");
    }

    static void row(Duration time, Figures figures, Vitals vitals) {
        row("%d:%02d".formatted(time.toMinutes(), time.toSecondsPart()), figures, "%.1f".formatted(vitals.heapKiB() / 1024.0),
                Integer.toString(vitals.files()), Integer.toString(vitals.threads()));
    }

    static void total(Figures figures) {
        row("total", figures, "", "", "");
    }

    private static void row(String time, Figures figures, String heap, String files, String threads) {
        System.out.printf(FORMAT, time, figures.answers(), figures.tokens(Source.HIT), figures.tokens(Source.STALE),
                figures.tokens(Source.LEAN), figures.tokens(Source.UNKNOWN), figures.latenciesOfHits(),
                figures.latenciesOfAll(), heap, files, threads, errors(figures.errors()));
    }

    private static String errors(Map<String, Integer> errors) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(errors).forEach((label, count) -> text.append(text.isEmpty() ? "" : ", ").append(label).append(": ")
                .append(count));
        return text.toString();
    }
}
