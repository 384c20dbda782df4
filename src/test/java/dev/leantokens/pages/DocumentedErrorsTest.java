package dev.leantokens.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.error.TokenError;

/** The page of errors has a row and a section for each error of the code, and quotes descriptions that the code has. */
class DocumentedErrorsTest {

    private static final Path PAGE = Path.of("docs/reference/errors.md");

    /** The sources, in which a string of several parts is one. */
    private static String sources;

    @BeforeAll
    static void readSources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            sources = files.filter(file -> file.toString().endsWith(".java")).map(Tables::textOf)
                    .collect(Collectors.joining()).replaceAll("\"\\s*\\+\\s*\"", "");
        }
    }

    @Test
    void errorsAreDocumentedWithStatusCodeAndReason() {
        List<String> documented = Tables.rows(PAGE).stream().filter(row -> row.size() == 4 && row.get(0).matches("\\d{3}|4xx"))
                .map(row -> row.get(0) + " " + row.get(1).replace("`", "") + " " + row.get(3)).toList();

        assertThat(documented).containsExactlyInAnyOrderElementsOf(
                Arrays.stream(TokenError.values()).map(DocumentedErrorsTest::row).toList());
    }

    private static String row(TokenError error) {
        // Status and code are Lean's.
        String answer = error == TokenError.REFUSED_BY_LEAN ? "4xx as Lean says" : error.status() + " " + error.code();
        return answer + " [`" + error.reason() + "`](#" + error.reason() + ")";
    }

    @ParameterizedTest
    @EnumSource(TokenError.class)
    void errorHasASectionThatSaysWhatToDo(TokenError error) {
        String section = Pattern.compile("### `" + error.reason() + "`\n\n(.*?)\n+(#|$)", Pattern.DOTALL)
                .matcher(Tables.textOf(PAGE)).results().map(match -> match.group(1)).collect(Collectors.joining());

        assertThat(section).contains("- Operator: ");
    }

    static Stream<String> quotedDescriptions() {
        String prose = Tables.textOf(PAGE).replaceAll("(?s)```.*?```|`[^`]*`", "");
        return Pattern.compile("\"([^\"]+)\"").matcher(prose).results().map(quote -> quote.group(1).replaceAll("\\s+", " "));
    }

    @ParameterizedTest
    @MethodSource("quotedDescriptions")
    void quotedDescriptionIsInTheCode(String description) {
        assertThat(sources.contains(description.replaceFirst("[:.]$", ""))).as(description).isTrue();
    }
}
