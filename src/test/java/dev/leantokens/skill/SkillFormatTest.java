package dev.leantokens.skill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

import io.vertx.core.json.JsonObject;

/** The skill's folder follows the format, and the executable has all of it. */
class SkillFormatTest {

    private static final Path FOLDER = Path.of("src/main/resources/agent-skills", AgentSkill.NAME);
    private static final String SKILL = "SKILL.md";

    @TempDir
    Path parent;

    @Test
    void folderFollowsTheFormat() {
        assertThat(SkillFormat.problems(FOLDER)).isEmpty();
    }

    @Test
    void everyFileIsPackaged() {
        assertThat(new AgentSkill().files()).extracting(SkillFile::path).doesNotHaveDuplicates().startsWith(SKILL)
                .containsExactlyInAnyOrderElementsOf(SkillFormat.paths(FOLDER));
    }

    @Test
    void frontMatterIsReadLikeYaml() throws IOException {
        String text = Files.readString(FOLDER.resolve(SKILL));

        Map<String, Object> yaml = new Yaml().load(text.split("---\n", 3)[1]);

        assertThat(FrontMatter.read(text).encode()).isEqualTo(new JsonObject(yaml).encode());
    }

    /** A file, a regular expression, what replaces its first match, and the problem. */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments(SKILL, "^---", "", "the front matter is missing"),
                arguments(SKILL, "license: ", "license: ]", "the front matter is not YAML"),
                arguments(SKILL, "\ndescription: [^\n]*", "", "description is not a text"),
                arguments(SKILL, "\ndescription: [^\n]*", "\ndescription: ' '", "description is not a text"),
                arguments(SKILL, "\ndescription: ", "\ndescription: " + "a".repeat(1024), "description is too long"),
                arguments(SKILL, "\nname: lean", "\nname: Lean",
                        "the name has other characters than lower-case letters, digits and single -"),
                arguments(SKILL, "\nname: lean-", "\nname: lean--",
                        "the name has other characters than lower-case letters, digits and single -"),
                arguments(SKILL, "\nname: [^\n]*", "\nname: another", "the name is not that of the folder"),
                arguments(SKILL, "\nname: [^\n]*", "\nname: " + "a".repeat(65), "name is too long"),
                arguments(SKILL, "\nname: [^\n]*", "\nname: 1", "name is not a text"),
                arguments(SKILL, "\nlicense: ", "\nlicence: ", "the field licence is unknown"),
                arguments(SKILL, "\ncompatibility: ", "\ncompatibility: " + "a".repeat(500), "compatibility is too long"),
                arguments(SKILL, "\n  rest: [^\n]*", "\n  rest: 1", "metadata are not strings"),
                arguments(SKILL, "\n$", "\n".repeat(500), "SKILL.md has 500 lines or more"),
                arguments(SKILL, "\\(references/scopes\\.md\\)", "(references/scope.md)",
                        "SKILL.md links references/scope.md, which is no file of the skill"),
                arguments(SKILL, "\\(references/scopes\\.md\\)", "(../" + AgentSkill.NAME + "/SKILL.md)",
                        "SKILL.md links ../" + AgentSkill.NAME + "/SKILL.md, which is no file of the skill"),
                arguments(SKILL, "\\[scripts/get-token\\.sh\\]\\([^)]*\\)", "the script",
                        "scripts/get-token.sh is not linked from SKILL.md"),
                arguments("references/errors.md", "`client_id: …`", "/home/agent/credentials",
                        "references/errors.md has an absolute path"),
                arguments("references/scopes.md", "\n$", "\n[errors](errors.md)\n",
                        "references/scopes.md links errors.md, which is no file of the skill"),
                arguments("references/more/errors.md", "$", "# More\n",
                        "references/more/errors.md is more than one level deep"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakeIsNamed(String file, String pattern, String replacement, String problem) throws IOException {
        Path copy = copy();
        Path changed = copy.resolve(file);
        Files.createDirectories(changed.getParent());
        String text = Files.exists(changed) ? Files.readString(changed) : "";
        Files.writeString(changed, text.replaceFirst(pattern, replacement.replace("$", "\\$")));

        assertThat(SkillFormat.problems(copy)).contains(problem);
    }

    @Test
    void folderWithoutInstructionsIsNoSkill() throws IOException {
        Path copy = copy();
        Files.delete(copy.resolve(SKILL));

        assertThat(SkillFormat.problems(copy)).containsExactly("SKILL.md is missing");
        assertThat(SkillFormat.paths(copy)).contains("scripts/get-token.sh");
    }

    private Path copy() throws IOException {
        Path copy = parent.resolve(AgentSkill.NAME);
        for (String path : SkillFormat.paths(FOLDER)) {
            Files.createDirectories(copy.resolve(path).getParent());
            Files.copy(FOLDER.resolve(path), copy.resolve(path));
        }
        return copy;
    }
}
