package dev.leantokens.mcp.tool;

import java.util.Set;
import java.util.function.Function;

import jakarta.inject.Singleton;

import dev.leantokens.skill.AgentSkill;
import dev.leantokens.skill.SkillFile;
import io.quarkiverse.mcp.server.FeatureManager;
import io.quarkiverse.mcp.server.ResourceManager.ResourceInfo;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * Implements the methods of the
 * <a href="https://github.com/modelcontextprotocol/ext-skills">Skills extension of MCP</a>. Its results are the same in all
 * revisions of MCP, because hosts read them by the schema of the extension, which has only one. Thread-safe.
 */
@Singleton
public class SkillMethods {

    /** The methods' names. */
    public static final Set<String> NAMES = Set.of("skills/list", "skills/get", "resources/directory/read");

    /** How long clients may cache lists and texts, which only change with a release. */
    public static final int TTL_MS = 300_000;

    /** The error for a cursor. */
    public static final String INVALID_CURSOR = "Invalid cursor: there is only one page";

    private static final String FOLDER_TYPE = "inode/directory";

    private final AgentSkill skill;
    private final FeatureManager<ResourceInfo> resources;
    private final JsonObject entry;

    SkillMethods(AgentSkill skill, FeatureManager<ResourceInfo> resources) {
        this.skill = skill;
        this.resources = resources;
        this.entry = entryOf(skill);
    }

    private static JsonObject entryOf(AgentSkill skill) {
        JsonArray files = new JsonArray();
        for (SkillFile file : skill.files()) {
            files.add(new JsonObject().put("uri", SkillUris.of(file)).put("digest", file.digest()).put("size", file.size()));
        }
        return new JsonObject().put("uri", SkillUris.INSTRUCTIONS).put("frontmatter", skill.frontMatter())
                .put("resources", files);
    }

    /** @return the capability by which a server declares the extension */
    static JsonObject capability() {
        return new JsonObject().put("io.modelcontextprotocol/skills", new JsonObject().put("directoryRead", true));
    }

    /**
     * Answers a request.
     *
     * @param method one of {@link #NAMES}
     * @param params valid by {@link dev.leantokens.mcp.message.McpParams}
     * @param success renders the result
     * @param error renders the message of the error, whose code is -32602
     */
    public <T> T answer(String method, JsonObject params, Function<JsonObject, T> success, Function<String, T> error) {
        String uri = params.getString("uri");
        if (method.equals("skills/get")) {
            return SkillUris.INSTRUCTIONS.equals(uri) ? success.apply(cacheable().put("skill", entry))
                    : error.apply("No skill has this uri. The only skill is " + SkillUris.INSTRUCTIONS);
        }
        if (params.getValue("cursor") != null) {
            return error.apply(INVALID_CURSOR);
        }
        if (method.equals("skills/list")) {
            return success.apply(cacheable().put("skills", new JsonArray().add(entry)));
        }
        return isFolder(uri) ? success.apply(complete().put("resources", children(uri)))
                : error.apply("This uri is not a directory. The skill's root directory is " + SkillUris.ROOT);
    }

    private boolean isFolder(String uri) {
        return SkillUris.ROOT.equals(uri) || skill.folders().map(SkillUris::of).anyMatch(folder -> folder.equals(uri));
    }

    private JsonArray children(String folder) {
        JsonArray children = new JsonArray();
        for (ResourceInfo file : resources) {
            if (SkillUris.parentOf(file.uri()).equals(folder)) {
                children.add(file.asJson());
            }
        }
        skill.folders().map(SkillUris::of).filter(child -> SkillUris.parentOf(child).equals(folder))
                .forEach(child -> children.add(new JsonObject().put("uri", child).put("name", SkillUris.nameOf(child))
                        .put("mimeType", FOLDER_TYPE)));
        return children;
    }

    private static JsonObject cacheable() {
        return complete().put("ttlMs", TTL_MS).put("cacheScope", "public");
    }

    private static JsonObject complete() {
        return new JsonObject().put("resultType", "complete");
    }
}
