package dev.leantokens.skill;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.leantokens.http.Endpoint;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The documents of the draft "Agent Skills Discovery via Well-Known URIs" 0.2.0: an index, the skill as an archive, and each of
 * its files. Immutable.
 */
@Singleton
class PublishedSkill {

    private static final String SCHEMA = "https://schemas.agentskills.io/discovery/0.2.0/schema.json";
    private static final String INDEX = Endpoint.SKILLS_PATH + "/index.json";
    private static final String FOLDER = Endpoint.SKILLS_PATH + "/" + AgentSkill.NAME + "/";
    private static final String ARCHIVE = Endpoint.SKILLS_PATH + "/" + AgentSkill.NAME + ".zip";

    private final Map<String, Document> byPath = new HashMap<>();

    PublishedSkill(AgentSkill skill) {
        for (SkillFile file : skill.files()) {
            byPath.put(FOLDER + file.path(), new Document(file.bytes(), file.mediaType() + ";charset=UTF-8"));
        }
        byte[] archive = SkillArchive.of(skill.files());
        byPath.put(ARCHIVE, new Document(archive, "application/zip"));
        byPath.put(INDEX, new Document(index(skill, archive).toBuffer().getBytes(), "application/json"));
    }

    private static JsonObject index(AgentSkill skill, byte[] archive) {
        JsonArray files = new JsonArray();
        skill.files().forEach(file -> files.add(file.path()));
        // One entry: clients take a second one for another skill.
        return new JsonObject()
                .put("$schema", SCHEMA)
                .put("skills", new JsonArray().add(new JsonObject()
                        .put("name", AgentSkill.NAME)
                        .put("type", "archive")
                        .put("description", skill.description())
                        .put("url", ARCHIVE)
                        .put("digest", SkillFile.digestOf(archive))
                        // Of draft 0.1.0. Some clients read only this member; those of 0.2.0 ignore it.
                        .put("files", files)));
    }

    /** @param path as in the request, not normalized: a document has no other path */
    Optional<Document> at(String path) {
        return Optional.ofNullable(byPath.get(path));
    }
}
