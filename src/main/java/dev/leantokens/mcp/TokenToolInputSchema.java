package dev.leantokens.mcp;

import java.util.stream.Collectors;

import jakarta.inject.Singleton;

import dev.leantokens.token.ScopePattern;
import dev.leantokens.token.TokenConfig;
import io.quarkiverse.mcp.server.InputSchemaGenerator;
import io.quarkiverse.mcp.server.ToolManager.ToolInfo;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * What the tool takes. It tells an agent what to send; what is accepted is decided by the token request's own rules. The scope
 * is not required, because a local client can have a default scope and the schema is the same for all callers: hosts that
 * validate arguments would refuse a call that is served. Examples are part of the descriptions: some model APIs refuse schemas
 * with the keyword. Public because code that the extension generates refers to it.
 */
@Singleton
public class TokenToolInputSchema implements InputSchemaGenerator<JsonObject> {

    private final JsonObject schema;

    TokenToolInputSchema(TokenConfig config) {
        JsonObject scope = string("What the token is for: \"api\" for calls to Lean's API from a backend, or "
                + "\"customer.<customer_id>\" for the LinkSDK in the app of that customer, such as "
                + "\"customer.1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed\". Exactly one. Leave it out only if you were told "
                + "that your client has a default scope.")
                .put("pattern", config.scopes().stream().map(ScopePattern::regex).collect(Collectors.joining("|", "^(", ")$")))
                .put("maxLength", 128);
        JsonObject grantType = string("May be left out.")
                .put("enum", new JsonArray().add("client_credentials"));
        JsonObject clientId = string("The id of a Lean application, to use that one's credentials instead of those of "
                + "this server. Mostly left out.");
        JsonObject clientSecret = string("The secret that belongs to client_id. Leave it out wherever this server has "
                + "credentials of its own: a secret that is sent here becomes part of the model's context.")
                .put("format", "password");
        JsonObject body = new JsonObject()
                .put("type", "object")
                .put("description", "The access token request.")
                .put("properties", new JsonObject()
                        .put("scope", scope)
                        .put("grant_type", grantType)
                        .put("client_id", clientId)
                        .put("client_secret", clientSecret));
        this.schema = new JsonObject()
                .put("type", "object")
                .put("properties", new JsonObject().put("body", body))
                .put("required", new JsonArray().add("body"));
    }

    @Override
    public JsonObject generate(ToolInfo tool) {
        return schema;
    }

    private static JsonObject string(String description) {
        return new JsonObject().put("type", "string").put("description", description);
    }
}
