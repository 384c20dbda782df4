package dev.leantokens.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Rules for the dashboard. {@code .ci/observability/run} has Prometheus evaluate each of its expressions. */
class DashboardTest {

    private static final Path FILE = Path.of("src/main/observability/dashboard.json");
    private static final int WIDTH = 24;
    private static final String ROW = "row";

    private static JsonObject dashboard() {
        try {
            return new JsonObject(Files.readString(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those of folded rows are inside these. */
    static Stream<JsonObject> panels() {
        return panelsOf(dashboard()).filter(panel -> !panel.getString("type").equals(ROW));
    }

    private static Stream<JsonObject> panelsOf(JsonObject parent) {
        return objects(parent, "panels").flatMap(panel -> Stream.concat(Stream.of(panel), panelsOf(panel)));
    }

    private static Stream<JsonObject> objects(JsonObject parent, String member) {
        return parent.getJsonArray(member, new JsonArray()).stream().map(JsonObject.class::cast);
    }

    private static Stream<String> expressions(JsonObject panel) {
        return objects(panel, "targets").map(target -> target.getString("expr"));
    }

    @ParameterizedTest
    @MethodSource("panels")
    void panelExplainsItself(JsonObject panel) {
        assertThat(panel.getString("title")).isNotBlank();
        assertThat(panel.getString("description")).endsWith(".");
        assertThat(panel.getJsonObject("fieldConfig").getJsonObject("defaults").getString("unit")).isNotBlank();
        assertThat(objects(panel, "targets")).isNotEmpty()
                .allSatisfy(target -> assertThat(target.getString("legendFormat")).isNotBlank());
    }

    @ParameterizedTest
    @MethodSource("panels")
    void expressionsReferToDocumentedMetrics(JsonObject panel) throws IOException {
        KnownMetrics metrics = KnownMetrics.read();

        assertThat(expressions(panel).flatMap(expression -> metrics.unknownOf(expression).stream())).isEmpty();
    }

    /** Otherwise, a panel would show other programs, or replicas that are not selected. Alerts of a fleet have no instance. */
    @ParameterizedTest
    @MethodSource("panels")
    void seriesAreThoseOfTheSelectedReplicas(JsonObject panel) {
        assertThat(expressions(panel).flatMap(expression -> PromQl.parse(expression).selectors().stream())
                .filter(selector -> !selector.name().equals("ALERTS")))
                .allSatisfy(selector -> assertThat(selector.matches()).extracting(PromQl.Match::value)
                        .contains("$job", "$instance"));
    }

    @ParameterizedTest
    @MethodSource("panels")
    void legendUsesLabelsOfTheResult(JsonObject panel) throws IOException {
        KnownMetrics metrics = KnownMetrics.read();

        objects(panel, "targets").forEach(target -> assertThat(metrics.labelsOf(target.getString("expr")))
                .containsAll(Pattern.compile("\\{\\{(\\w+)}}").matcher(target.getString("legendFormat")).results()
                        .map(label -> label.group(1)).toList()));
    }

    @Test
    void failuresAreThoseOfTheAlert() {
        assertThat(panels().filter(panel -> panel.getString("title").equals("Failing requests"))
                .flatMap(DashboardTest::expressions).flatMap(text -> KnownMetrics.reasonsOf(text).stream()))
                .containsExactlyInAnyOrderElementsOf(AlertsTest.FAILURES);
    }

    @Test
    void panelsHaveIdsOfTheirOwnAndDoNotOverlap() {
        assertThat(panelsOf(dashboard()).map(panel -> panel.getInteger("id"))).doesNotHaveDuplicates();

        List<JsonObject> places = panelsOf(dashboard()).map(panel -> panel.getJsonObject("gridPos")).toList();
        assertThat(places).allSatisfy(place -> assertThat(place.getInteger("x") + place.getInteger("w"))
                .isLessThanOrEqualTo(WIDTH));
        for (JsonObject one : places) {
            assertThat(places).filteredOn(other -> other != one).noneMatch(other -> overlap(one, other));
        }
    }

    private static boolean overlap(JsonObject one, JsonObject other) {
        return overlap(one, other, "x", "w") && overlap(one, other, "y", "h");
    }

    private static boolean overlap(JsonObject one, JsonObject other, String start, String size) {
        return one.getInteger(start) < other.getInteger(start) + other.getInteger(size)
                && other.getInteger(start) < one.getInteger(start) + one.getInteger(size);
    }

    @Test
    void dataSourceIsChosenByTheReader() {
        JsonObject dashboard = dashboard();

        assertThat(objects(dashboard.getJsonObject("templating"), "list")).extracting(variable -> variable.getString("name"))
                .containsExactly("datasource", "job", "instance");
        assertThat(dashboard.encode().replaceAll("\"uid\":\"lean-authentication-tokens\"", "").split("\"uid\":"))
                .filteredOn(part -> part.startsWith("\"")).allMatch(part -> part.startsWith("\"${datasource}\""));
        // Grafana assigns it.
        assertThat(dashboard.containsKey("id")).isFalse();
    }

    /** Each group of metrics that the reference documents is on the dashboard. */
    @Test
    void metricsOfEachSubjectAreShown() {
        Set<String> prefixes = Set.of("service_", "token_", "lean_", "cache_", "log_", "store_", "issuer_", "tls_",
                "mcp_server_", "jvm_", "process_");
        List<String> shown = panels().flatMap(DashboardTest::expressions)
                .flatMap(text -> PromQl.parse(text).selectors().stream())
                .map(PromQl.Selector::name).toList();

        assertThat(prefixes).allMatch(prefix -> shown.stream().anyMatch(name -> name.startsWith(prefix)));
    }
}
