package dev.leantokens.status;

import dev.leantokens.http.Endpoint;
import dev.leantokens.http.ManagementFilter;
import io.vertx.core.json.JsonObject;

/**
 * Where everything is. All URLs are relative to the start page, except that of MCP on another port.
 *
 * @param mcpUrl built from host names that the service accepts, which need no escapes in HTML
 * @param swaggerUi whether Swagger UI is served
 * @param standIn whether tokens are worthless
 */
record Places(String mcpUrl, boolean swaggerUi, boolean standIn) {

    static final String TOKEN_ENDPOINT = Endpoint.TOKEN_PATH;
    static final String API_DESCRIPTION = "/q/openapi";
    static final String SWAGGER_UI = "/q/swagger-ui";
    static final String HEALTH = "/q/health";
    static final String METRICS = ManagementFilter.METRICS;
    static final String AGENT_SKILLS = Endpoint.SKILLS_PATH + "/index.json";

    private static final String WARNING = "Tokens come from a stand-in for Lean and are worthless.";

    public String warning() {
        return WARNING;
    }

    /** @return an object whose members keep their names; {@code swagger_ui} and {@code warning} are optional */
    String json() {
        JsonObject places = new JsonObject()
                .put("name", "lean-authentication-tokens")
                .put("token_endpoint", TOKEN_ENDPOINT)
                .put("mcp_endpoint", mcpUrl)
                .put("api_description", API_DESCRIPTION);
        if (swaggerUi) {
            places.put("swagger_ui", SWAGGER_UI);
        }
        places.put("agent_skills", AGENT_SKILLS)
                .put("health", HEALTH)
                .put("metrics", METRICS);
        if (standIn) {
            places.put("warning", WARNING);
        }
        return places.encode();
    }
}
