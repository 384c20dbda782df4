package dev.leantokens.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images, deployments and packages are in a table of the documentation, and files that it names exist. */
class DocumentedFilesTest {

    @ParameterizedTest
    @ValueSource(strings = { "src/main/docker", "src/main/kubernetes/overlays" })
    void imagesAndDeploymentsAreDocumented(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            assertThat(files.filter(file -> Files.isDirectory(file) || file.toString().matches(".*(Dockerfile\\..*|\\.yaml)")))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(firstCells().filter(cell -> cell.contains("](../../" + file + ")")))
                            .isNotEmpty());
        }
    }

    @Test
    void packagesAreDocumented() throws IOException {
        try (Stream<Path> packages = Files.list(Path.of("src/main/java/dev/leantokens"))) {
            assertThat(packages.filter(Files::isDirectory).map(Path::getFileName)).isNotEmpty()
                    .allSatisfy(name -> assertThat(firstCells().filter(cell -> cell.contains("`" + name + "`"))).isNotEmpty());
        }
    }

    static List<Path> pages() {
        return Tables.pages();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void filesThatAPageNamesExist(Path page) {
        assertThat(Pattern.compile("`(src/[A-Za-z./-]+)`").matcher(Tables.textOf(page)).results().map(file -> file.group(1)))
                .allSatisfy(file -> assertThat(Path.of(file)).exists());
    }

    private static Stream<String> firstCells() {
        return Tables.pages().stream().flatMap(page -> Tables.rows(page).stream()).map(row -> row.get(0));
    }
}
