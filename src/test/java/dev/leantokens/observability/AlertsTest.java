package dev.leantokens.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.error.TokenError;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Rules for the alerts. {@code .ci/observability/run} has promtool check their expressions and run their unit tests. */
class AlertsTest {

    private static final Path RUNBOOK = Path.of("docs/how-to/runbook.md");
    private static final String HEADING = "### ";
    static final List<String> FAILURES = Arrays.stream(TokenError.values()).filter(error -> error.status() >= 500)
            .map(TokenError::reason).toList();

    static Stream<JsonObject> alerts() throws IOException {
        return Alerts.all().stream();
    }

    @ParameterizedTest
    @MethodSource("alerts")
    void alertSaysHowSevereItIsAndWhatToDo(JsonObject alert) {
        String name = alert.getString("alert");
        JsonObject annotations = alert.getJsonObject("annotations");

        assertThat(name).matches("LeanTokens([A-Z][a-z]+)+");
        assertThat(alert.getJsonObject("labels").getString("severity")).isIn("critical", "warning");
        assertThat(annotations.getString("summary")).isNotBlank();
        assertThat(annotations.getString("description")).endsWith(".");
        assertThat(annotations.getString("runbook_url")).isEqualTo(RUNBOOK + "#" + name.toLowerCase(Locale.ROOT));
    }

    @ParameterizedTest
    @MethodSource("alerts")
    void expressionRefersToDocumentedMetrics(JsonObject alert) throws IOException {
        assertThat(KnownMetrics.read().unknownOf(alert.getString("expr"))).isEmpty();
    }

    /** Callers can avoid the other errors. */
    @Test
    void failuresAreTheErrorsThatCallersCannotFix() throws IOException {
        JsonObject alert = alerts().filter(each -> each.getString("alert").equals("LeanTokensRequestsFail")).findFirst()
                .orElseThrow();

        assertThat(KnownMetrics.reasonsOf(alert.getString("expr"))).containsExactlyInAnyOrderElementsOf(FAILURES);
    }

    /** A text cannot use a label that the expression does not keep. */
    @ParameterizedTest
    @MethodSource("alerts")
    void labelsOfTheTextsExist(JsonObject alert) throws IOException {
        Set<String> used = Pattern.compile("\\$labels\\.(\\w+)").matcher(alert.getJsonObject("annotations").encode()).results()
                .map(label -> label.group(1)).collect(Collectors.toSet());

        assertThat(KnownMetrics.read().labelsOf(alert.getString("expr"))).containsAll(used);
    }

    @Test
    void eachAlertHasASectionOfTheRunbook() throws IOException {
        List<String> sections = Files.readAllLines(RUNBOOK).stream().filter(line -> line.startsWith(HEADING))
                .map(line -> line.substring(HEADING.length())).toList();

        assertThat(sections).containsExactlyElementsOf(names());
    }

    @Test
    void sectionsSayWhatToLookAtAndWhatToDo() throws IOException {
        String runbook = Files.readString(RUNBOOK);

        assertThat(Stream.of(runbook.split("(?m)^(?=### )")).skip(1)).hasSameSizeAs(names()).allSatisfy(
                section -> assertThat(section).contains("**Meaning.** ", "**Look at.** ", "**Do.** ", "**It ends** "));
    }

    /** promtool does not say which alerts have no test. */
    @Test
    void unitTestsMakeEachAlertFireAndNotFire() throws IOException {
        List<JsonObject> cases = Alerts.objects(Alerts.yaml(Alerts.TESTS), "tests").stream()
                .flatMap(test -> Alerts.objects(test, "alert_rule_test").stream()).toList();

        assertThat(namesOf(cases.stream().filter(each -> !expected(each).isEmpty()))).as("fire")
                .containsExactlyInAnyOrderElementsOf(names());
        assertThat(namesOf(cases.stream().filter(each -> expected(each).isEmpty()))).as("do not fire")
                .containsExactlyInAnyOrderElementsOf(names());
    }

    private static List<?> expected(JsonObject test) {
        return test.getJsonArray("exp_alerts", new JsonArray()).getList();
    }

    private static Set<String> namesOf(Stream<JsonObject> cases) {
        return cases.map(each -> each.getString("alertname")).collect(Collectors.toSet());
    }

    private static List<String> names() throws IOException {
        return alerts().map(alert -> alert.getString("alert")).toList();
    }
}
