package dev.leantokens.mcp.tool;

import java.util.stream.Collectors;

import jakarta.inject.Singleton;

import dev.leantokens.token.ScopePattern;
import dev.leantokens.token.TokenConfig;
import io.quarkiverse.mcp.server.GlobalInputSchemaGenerator;
import io.quarkiverse.mcp.server.GlobalOutputSchemaGenerator;
import io.quarkiverse.mcp.server.ToolManager.ToolInfo;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The schemas of the tool. Examples are part of the descriptions, because some model APIs refuse schemas with that keyword.
 * Global, in place of the extension's generators, whose library would be loaded at each start.
 * Public because generated code of the extension uses the classes.
 */
public final class TokenToolSchemas {

    private TokenToolSchemas() {
    }

    /**
     * Tells agents what to send; the token request's rules decide what is accepted. The scope is not required, because a
     * local client can have a default scope and the schema is the same for all callers: hosts that validate arguments would
     * reject valid calls.
     */
    @Singleton
    public static class Input implements GlobalInputSchemaGenerator {

        private final InputSchema schema;

        Input(TokenConfig config) {
            JsonObject scope = string("What the token is for: \"api\" for calls to Lean's API from a backend, or "
                    + "\"customer.<customer_id>\" for the LinkSDK in the app of that customer, such as "
                    + "\"customer.1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed\". Exactly one. Leave it out only if you were told "
                    + "that your client has a default scope.")
                    .put("pattern",
                            config.scopes().stream().map(ScopePattern::regex).collect(Collectors.joining("|", "^(", ")$")))
                    .put("maxLength", 128);
            JsonObject grantType = string("Optional.").put("enum", new JsonArray().add("client_credentials"));
            JsonObject clientId = string("The id of a Lean application, to use its credentials instead of this server's. "
                    + "Usually omitted.");
            JsonObject clientSecret = string("The secret that belongs to client_id. Leave it out if this server has its own "
                    + "credentials: a secret that is sent here becomes part of the model's context.")
                    .put("format", "password");
            JsonObject body = new JsonObject()
                    .put("type", "object")
                    .put("description", "The access token request.")
                    .put("properties", new JsonObject()
                            .put("scope", scope)
                            .put("grant_type", grantType)
                            .put("client_id", clientId)
                            .put("client_secret", clientSecret));
            this.schema = new Schema(new JsonObject()
                    .put("type", "object")
                    .put("properties", new JsonObject().put("body", body))
                    .put("required", new JsonArray().add("body")));
        }

        @Override
        public InputSchema generate(ToolInfo tool) {
            return schema;
        }

        private record Schema(JsonObject value) implements InputSchema {

            @Override
            public String asJson() {
                return value.encode();
            }
        }
    }

    /** Describes the access token response of RFC 6749 §5.1. Additional members that Lean sends are passed on. */
    @Singleton
    public static class Output implements GlobalOutputSchemaGenerator {

        private final JsonObject schema = new JsonObject()
                .put("type", "object")
                .put("properties", new JsonObject()
                        .put("access_token", string("The token, opaque and secret."))
                        .put("token_type", string("How to use it: Bearer."))
                        .put("expires_in", new JsonObject().put("type", "integer").put("minimum", 0)
                                .put("description", "The remaining lifetime of the token in seconds."))
                        .put("scope", string("The scope that was granted.")))
                .put("required", new JsonArray().add("access_token").add("token_type"));

        @Override
        public JsonObject generate(Class<?> from) {
            return schema;
        }
    }

    private static JsonObject string(String description) {
        return new JsonObject().put("type", "string").put("description", description);
    }
}
