package dev.leantokens.skill;

import java.nio.charset.StandardCharsets;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;

import org.jboss.resteasy.reactive.RestResponse;

import dev.leantokens.http.Endpoint;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Serves the skill, and the index of the draft "Agent Skills Discovery via Well-Known URIs" 0.2.0, which has its digest. */
@Path(Endpoint.SKILLS_PATH)
@NonBlocking
public class SkillResource {

    private static final String SCHEMA = "https://schemas.agentskills.io/discovery/0.2.0/schema.json";
    private static final MediaType MARKDOWN = new MediaType("text", "markdown", StandardCharsets.UTF_8.name());
    private static final String SKILL_PATH = "/" + AgentSkill.NAME + "/SKILL.md";

    /** How long clients may cache both, in seconds. They only change with a release. */
    private static final int MAX_AGE = 300;

    private final AgentSkill skill;
    private final String index;

    SkillResource(AgentSkill skill) {
        this.skill = skill;
        this.index = new JsonObject()
                .put("$schema", SCHEMA)
                .put("skills", new JsonArray().add(new JsonObject()
                        .put("name", AgentSkill.NAME)
                        .put("type", "skill-md")
                        .put("description", skill.description())
                        .put("url", Endpoint.SKILLS_PATH + SKILL_PATH)
                        .put("digest", skill.instructions().digest())))
                .encode();
    }

    @GET
    @Path("/index.json")
    @Produces(MediaType.WILDCARD)
    public RestResponse<String> index(@Context Request request) {
        return unlessCached(request, "index-" + skill.instructions().digest(), index, MediaType.APPLICATION_JSON_TYPE);
    }

    @GET
    @Path(SKILL_PATH)
    @Produces(MediaType.WILDCARD)
    public RestResponse<String> skill(@Context Request request) {
        return unlessCached(request, skill.instructions().digest(), skill.instructions().text(), MARKDOWN);
    }

    private static RestResponse<String> unlessCached(Request request, String tag, String text, MediaType type) {
        EntityTag entityTag = new EntityTag(tag);
        CacheControl cacheControl = new CacheControl();
        cacheControl.setNoTransform(false);
        cacheControl.setMaxAge(MAX_AGE);
        boolean cached = request.evaluatePreconditions(entityTag) != null;
        return (cached ? RestResponse.ResponseBuilder.<String> notModified() : RestResponse.ResponseBuilder.ok(text, type))
                .tag(entityTag).cacheControl(cacheControl).build();
    }
}
