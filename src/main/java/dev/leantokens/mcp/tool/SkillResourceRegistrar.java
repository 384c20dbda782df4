package dev.leantokens.mcp.tool;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.skill.AgentSkill;
import dev.leantokens.skill.SkillFile;
import io.quarkiverse.mcp.server.ResourceManager;
import io.quarkiverse.mcp.server.ResourceResponse;
import io.quarkiverse.mcp.server.TextResourceContents;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;

/** Registers the files of the Agent Skill as resources, with the metadata that the Skills extension of MCP recommends. */
@ApplicationScoped
public class SkillResourceRegistrar {

    private final AgentSkill skill;
    private final Map<String, ResourceResponse> responses;

    SkillResourceRegistrar(AgentSkill skill) {
        this.skill = skill;
        this.responses = skill.files().stream()
                .collect(Collectors.toUnmodifiableMap(SkillUris::of, SkillResourceRegistrar::response));
    }

    private static ResourceResponse response(SkillFile file) {
        return new ResourceResponse(List.of(new TextResourceContents(SkillUris.of(file), file.text(), file.mediaType())));
    }

    void register(@Observes StartupEvent event, ResourceManager resources) {
        for (SkillFile file : skill.files()) {
            String uri = SkillUris.of(file);
            Uni<ResourceResponse> read = Uni.createFrom().item(responses.get(uri));
            boolean instructions = file == skill.instructions();
            resources.newResource(instructions ? AgentSkill.NAME : SkillUris.nameOf(uri))
                    .setTitle(instructions ? TokenTool.TITLE : TokenTool.TITLE + ": " + file.path())
                    .setUri(uri)
                    .setMimeType(file.mediaType())
                    .setSize(file.size())
                    .setDescription(instructions ? skill.description() : "A file of the skill " + AgentSkill.NAME)
                    .setAsyncHandler(arguments -> read)
                    .register();
        }
    }

    /** @return the response to {@code resources/read}; empty if the resource is unknown */
    public Optional<ResourceResponse> read(String uri) {
        return Optional.ofNullable(responses.get(uri));
    }
}
