package dev.leantokens.observability;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import dev.leantokens.observability.PromQl.Match;
import dev.leantokens.observability.PromQl.Selector;
import dev.leantokens.testing.DocumentedMetrics;
import dev.leantokens.testing.DocumentedMetrics.Values;

/** The metrics that expressions can refer to: those of the reference, the JVM's, and those of Prometheus itself. */
final class KnownMetrics {

    /** Prometheus adds them to each time series. */
    private static final Set<String> LABELS_OF_TARGETS = Set.of("job", "instance");
    private static final Values ANY = new Values(Set.of(), false);
    private static final Map<String, Map<String, Values>> OF_PROMETHEUS = Map.of("up", Map.of(), "ALERTS",
            Map.of("alertname", ANY, "alertstate", new Values(Set.of("firing", "pending"), true)));

    /** The reference only has the prefixes of these. MetricsIT checks the names. */
    static final Map<String, Map<String, Values>> OF_PROCESS = Map.of(
            "jvm_memory_used_bytes", Map.of("area", new Values(Set.of("heap", "nonheap"), true)),
            "jvm_memory_max_bytes", Map.of("area", new Values(Set.of("heap", "nonheap"), true)),
            "jvm_gc_pause_seconds_sum", Map.of(),
            "jvm_threads_live_threads", Map.of(),
            "process_cpu_usage", Map.of(),
            "process_files_open_files", Map.of(),
            "process_files_max_files", Map.of(),
            "process_uptime_seconds", Map.of());

    private final DocumentedMetrics documented;

    private KnownMetrics(DocumentedMetrics documented) {
        this.documented = documented;
    }

    static KnownMetrics read() throws IOException {
        return new KnownMetrics(DocumentedMetrics.read());
    }

    /** @return the metrics, labels and values of an expression that do not exist */
    List<String> unknownOf(String expression) {
        PromQl parsed = PromQl.parse(expression);
        Stream<String> matches = parsed.selectors().stream().flatMap(this::unknownOf);
        Set<String> possible = labelsOf(parsed);
        Stream<String> groupings = parsed.labels().stream().filter(label -> !possible.contains(label))
                .map(label -> "grouping by " + label);
        return Stream.concat(matches, groupings).toList();
    }

    /** @return the labels that the result can have: those of a grouping, or else those of the time series */
    Set<String> labelsOf(String expression) {
        PromQl parsed = PromQl.parse(expression);
        return parsed.labels().isEmpty() ? labelsOf(parsed) : parsed.labels();
    }

    /** @return the reasons that an expression names */
    static List<String> reasonsOf(String expression) {
        return PromQl.parse(expression).selectors().stream().flatMap(selector -> selector.matches().stream())
                .filter(match -> match.label().equals("reason")).flatMap(Match::values).toList();
    }

    private Set<String> labelsOf(PromQl expression) {
        Set<String> labels = new HashSet<>(LABELS_OF_TARGETS);
        expression.selectors().forEach(selector -> labels(selector.name()).ifPresent(each -> labels.addAll(each.keySet())));
        return labels;
    }

    private Stream<String> unknownOf(Selector selector) {
        return labels(selector.name()).map(labels -> selector.matches().stream()
                .filter(match -> !LABELS_OF_TARGETS.contains(match.label()))
                .flatMap(match -> unknownOf(selector.name(), labels, match))).orElseGet(() -> Stream.of(selector.name()));
    }

    private static Stream<String> unknownOf(String name, Map<String, Values> labels, Match match) {
        Values values = labels.get(match.label());
        if (values == null) {
            return Stream.of(name + " with the label " + match.label());
        }
        return match.values().filter(value -> !values.contain(value))
                .map(value -> name + " with " + match.label() + " " + value);
    }

    /** @return the labels of a time series; empty if it does not exist */
    private Optional<Map<String, Values>> labels(String name) {
        return Optional.ofNullable(OF_PROMETHEUS.get(name)).or(() -> Optional.ofNullable(OF_PROCESS.get(name)))
                .or(() -> documented.labelsOf(name));
    }
}
