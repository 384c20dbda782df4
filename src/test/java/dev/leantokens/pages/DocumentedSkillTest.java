package dev.leantokens.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** The reference lists the files of the skill. */
class DocumentedSkillTest {

    private static final Path FOLDER = Path.of("src/main/resources/agent-skills/lean-generate-access-token");

    @Test
    void everyFileIsListed() throws IOException {
        List<String> listed = Tables.rows(Pages.REFERENCE.resolve("agent-skill.md")).stream().map(row -> row.get(0))
                .filter(cell -> cell.matches("`[^`]+\\.\\w+`")).map(cell -> cell.substring(1, cell.length() - 1)).toList();

        try (Stream<Path> files = Files.walk(FOLDER)) {
            assertThat(listed).containsExactlyInAnyOrderElementsOf(files.filter(Files::isRegularFile)
                    .map(file -> FOLDER.relativize(file).toString().replace('\\', '/')).toList());
        }
    }
}
