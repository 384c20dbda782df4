package dev.leantokens.mcp.tool;

import java.util.List;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.skill.AgentSkill;
import io.quarkiverse.mcp.server.ResourceManager;
import io.quarkiverse.mcp.server.ResourceResponse;
import io.quarkiverse.mcp.server.TextResourceContents;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;

/** Registers the Agent Skill as a resource, under the URI that the Skills extension of MCP defines for a skill's text. */
@ApplicationScoped
public class SkillResourceRegistrar {

    public static final String URI = "skill://" + AgentSkill.NAME + "/SKILL.md";

    private static final String MARKDOWN = "text/markdown";

    private final AgentSkill skill;
    private final ResourceResponse response;

    SkillResourceRegistrar(AgentSkill skill) {
        this.skill = skill;
        this.response = new ResourceResponse(List.of(new TextResourceContents(URI, skill.instructions().text(), MARKDOWN)));
    }

    void register(@Observes StartupEvent event, ResourceManager resources) {
        Uni<ResourceResponse> read = Uni.createFrom().item(response);
        resources.newResource(AgentSkill.NAME)
                .setTitle(TokenTool.TITLE)
                .setUri(URI)
                .setMimeType(MARKDOWN)
                .setDescription(skill.description())
                .setAsyncHandler(arguments -> read)
                .register();
    }

    /** @return the response to {@code resources/read} */
    public ResourceResponse read() {
        return response;
    }
}
