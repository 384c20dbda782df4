package dev.leantokens.skill;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import io.vertx.core.json.JsonObject;

/**
 * Instructions for agents that use this service: a folder in the format of
 * <a href="https://agentskills.io/specification">Agent Skills</a>. Immutable.
 */
@Singleton
public class AgentSkill {

    public static final String NAME = "lean-generate-access-token";

    /** The format requires a folder with the skill's name. */
    private static final String FOLDER = "/agent-skills/" + NAME + "/";
    private static final String INSTRUCTIONS = "SKILL.md";

    /** A test compares them with the folder: an executable cannot list its resources. */
    private static final List<String> PATHS = List.of(INSTRUCTIONS, "references/errors.md", "references/scopes.md",
            "scripts/get-token.sh");

    private final List<SkillFile> files;
    private final JsonObject frontMatter;

    AgentSkill() {
        this(PATHS.stream().map(path -> SkillFile.read(FOLDER, path)).toList());
    }

    /** @param files starts with {@code SKILL.md} */
    AgentSkill(List<SkillFile> files) {
        this.files = files;
        this.frontMatter = FrontMatter.read(instructions().text());
    }

    /** @return what the skill does and when to use it, which an agent reads before the text */
    public String description() {
        return frontMatter.getString("description");
    }

    /** @return a copy of the front matter: its fields are strings, or objects with fields that are strings */
    public JsonObject frontMatter() {
        return frontMatter.copy();
    }

    /** @return {@code SKILL.md}, with which an agent starts */
    public SkillFile instructions() {
        return files.get(0);
    }

    /** @return all files, {@code SKILL.md} first */
    public List<SkillFile> files() {
        return files;
    }

    /** @return the file with this path below the skill's folder */
    public Optional<SkillFile> file(String path) {
        return files.stream().filter(file -> file.path().equals(path)).findFirst();
    }

    /** @return the paths of the folders below the skill's folder */
    public Stream<String> folders() {
        return files.stream().map(SkillFile::path).filter(path -> path.contains("/"))
                .map(path -> path.substring(0, path.lastIndexOf('/'))).distinct();
    }
}
