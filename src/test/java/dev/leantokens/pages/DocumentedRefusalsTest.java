package dev.leantokens.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The guide explains why tokens are refused, by the descriptions that callers get. */
class DocumentedRefusalsTest {

    private static final Path PAGE = Path.of("docs/how-to/authenticate-callers-without-secrets.md");
    private static final Path SOURCES = Path.of("src/main/java/dev/leantokens");

    static List<String> descriptions() {
        return Tables.rows(PAGE).stream().filter(row -> row.size() == 2 && row.get(0).matches("`(the|a) [^`]+`"))
                .map(row -> row.get(0).replace("`", "")).toList();
    }

    @Test
    void pageExplainsRefusals() {
        assertThat(descriptions()).hasSizeGreaterThanOrEqualTo(10);
    }

    @ParameterizedTest
    @MethodSource("descriptions")
    void explainedDescriptionIsOneOfTheCode(String description) {
        assertThat(sources()).contains(description);
    }

    /** @return the code, with the parts of each text joined */
    private static String sources() {
        return Stream.of("access", "issuer").flatMap(folder -> files(SOURCES.resolve(folder))).map(file -> {
            try {
                return Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", "");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }).collect(Collectors.joining());
    }

    private static Stream<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
