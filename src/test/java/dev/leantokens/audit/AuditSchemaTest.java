package dev.leantokens.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

import dev.leantokens.testing.AuditRecords;

/** The schema of a line, its page and the code have the same members. */
class AuditSchemaTest {

    private static final Path PAGE = Path.of("docs/reference/audit.md");
    private static final Path CODE = Path.of("src/main/java/dev/leantokens/audit/AuditLines.java");

    @Test
    void pageAndCodeHaveTheMembersOfTheSchema() throws Exception {
        Set<String> members = AuditRecords.SCHEMA.get("properties").properties().stream().map(java.util.Map.Entry::getKey)
                .collect(Collectors.toSet());
        List<String> rows = Files.readAllLines(PAGE).stream().dropWhile(line -> !line.startsWith("| member |")).skip(2)
                .takeWhile(line -> line.startsWith("|")).map(row -> row.split("\\|")[1]).toList();

        assertThat(rows).flatExtracting(cell -> all("`([a-z0-9_]+)`", cell)).containsExactlyInAnyOrderElementsOf(members);
        assertThat(all("quoted\\(\"([a-z0-9_]+)\"\\)", Files.readString(CODE))).containsExactlyInAnyOrderElementsOf(members);
    }

    @Test
    void exampleOfThePageIsValid() throws Exception {
        String example = Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("{")).findFirst().orElseThrow();

        JsonNode line = AuditRecords.valid(example);
        assertThat(line.get("outcome").asText()).isEqualTo("issued");
    }

    private static List<String> all(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map(found -> found.group(1)).toList();
    }
}
