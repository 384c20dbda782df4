package dev.leantokens.mcp;

import java.util.List;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.skill.AgentSkill;
import io.quarkiverse.mcp.server.ResourceManager;
import io.quarkiverse.mcp.server.ResourceResponse;
import io.quarkiverse.mcp.server.TextResourceContents;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;

/** The Agent Skill as a resource, under the URI that the Skills extension of MCP gives to a skill's text. */
@ApplicationScoped
class SkillAsResource {

    static final String URI = "skill://" + AgentSkill.NAME + "/SKILL.md";

    private static final String MARKDOWN = "text/markdown";

    void register(@Observes StartupEvent event, ResourceManager resources, AgentSkill skill) {
        Uni<ResourceResponse> response = Uni.createFrom().item(new ResourceResponse(
                List.of(new TextResourceContents(URI, skill.text(), MARKDOWN))));
        resources.newResource(AgentSkill.NAME)
                .setTitle(TokenTool.TITLE)
                .setUri(URI)
                .setMimeType(MARKDOWN)
                .setDescription(skill.description())
                .setAsyncHandler(arguments -> response)
                .register();
    }
}
