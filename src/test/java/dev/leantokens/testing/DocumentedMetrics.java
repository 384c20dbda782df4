package dev.leantokens.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

import dev.leantokens.error.TokenError;

/** The table of metrics in the reference: the names, the labels of each, and the values of each label. */
public final class DocumentedMetrics {

    public static final Path PAGE = Path.of("docs/reference/metrics-and-log.md");

    private static final Pattern CODE = Pattern.compile("`([a-zA-Z_]+)`");
    /** What a histogram has for each name in the table. */
    private static final List<String> PARTS_OF_HISTOGRAM = List.of("_bucket", "_count", "_sum", "_max");

    private final Map<String, Map<String, Values>> labels = new TreeMap<>();

    /**
     * The values of a label.
     *
     * @param known the values that the table lists
     * @param all whether there are no others
     */
    public record Values(Set<String> known, boolean all) {

        public boolean contain(String value) {
            return !all || known.contains(value);
        }
    }

    private DocumentedMetrics() {
    }

    public static DocumentedMetrics read() throws IOException {
        DocumentedMetrics metrics = new DocumentedMetrics();
        Files.readAllLines(PAGE).stream().dropWhile(line -> !line.startsWith("| metric |")).skip(2)
                .takeWhile(line -> line.startsWith("|")).map(row -> row.split("\\|"))
                .forEach(cells -> codes(cells[1]).forEach(name -> metrics.labels.put(name, labels(cells[2]))));
        return metrics;
    }

    public Set<String> names() {
        return labels.keySet();
    }

    /** @return the labels of a time series; empty if there is none with this name */
    public Optional<Map<String, Values>> labelsOf(String series) {
        if (labels.containsKey(series)) {
            return Optional.of(labels.get(series));
        }
        return PARTS_OF_HISTOGRAM.stream().filter(series::endsWith)
                .map(part -> series.substring(0, series.length() - part.length())).filter(labels::containsKey).findFirst()
                .map(name -> {
                    Map<String, Values> all = new HashMap<>(labels.get(name));
                    if (series.endsWith("_bucket")) {
                        all.put("le", new Values(Set.of(), false));
                    }
                    return all;
                });
    }

    /** @param cell such as {@code `adapter`: `rest`, `mcp`; `outcome`: `hit`} */
    private static Map<String, Values> labels(String cell) {
        Map<String, Values> labels = new HashMap<>();
        Arrays.stream(cell.split(";")).map(String::strip).filter(part -> !part.isEmpty()).forEach(part -> {
            String[] sides = part.split(":", 2);
            Values values = sides.length == 1 ? new Values(Set.of(), false) : values(sides[1]);
            codes(sides[0]).forEach(label -> labels.put(label, values));
        });
        return labels;
    }

    private static Values values(String text) {
        Set<String> known = new HashSet<>(codes(text));
        String prose = text.replaceAll("\\([^)]*\\)|`[^`]*`|,", "").strip();
        if (prose.startsWith("also")) {
            known.addAll(Set.of("rest", "mcp"));
            return new Values(known, true);
        }
        if (prose.contains("reason") || prose.contains("kind of")) {
            Arrays.stream(TokenError.values()).map(TokenError::reason).forEach(known::add);
            return new Values(known, true);
        }
        return new Values(known, prose.isEmpty());
    }

    private static List<String> codes(String text) {
        return CODE.matcher(text).results().map(code -> code.group(1)).toList();
    }
}
