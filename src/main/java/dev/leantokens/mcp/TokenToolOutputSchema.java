package dev.leantokens.mcp;

import jakarta.inject.Singleton;

import io.quarkiverse.mcp.server.OutputSchemaGenerator;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * What the tool gives: the access token response of RFC 6749 §5.1. Lean may send further members, which are passed on.
 * Public because code that the extension generates refers to it.
 */
@Singleton
public class TokenToolOutputSchema implements OutputSchemaGenerator {

    private final JsonObject schema = new JsonObject()
            .put("type", "object")
            .put("properties", new JsonObject()
                    .put("access_token", string("The token, opaque and secret."))
                    .put("token_type", string("How to use it: Bearer."))
                    .put("expires_in", new JsonObject().put("type", "integer").put("minimum", 0)
                            .put("description", "The seconds for which the token is still valid."))
                    .put("scope", string("The scope that was granted.")))
            .put("required", new JsonArray().add("access_token").add("token_type"));

    @Override
    public JsonObject generate(Class<?> from) {
        return schema;
    }

    private static JsonObject string(String description) {
        return new JsonObject().put("type", "string").put("description", description);
    }
}
