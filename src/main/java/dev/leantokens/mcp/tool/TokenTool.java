package dev.leantokens.mcp.tool;

import java.util.List;
import java.util.function.Function;

import dev.leantokens.access.AccessRules.BodyCredentials;
import dev.leantokens.access.TokenAccess;
import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.http.RequestLog;
import dev.leantokens.mcp.message.McpMessage;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.JsonMembers;
import dev.leantokens.token.RequestMembers;
import io.quarkiverse.mcp.server.RawMessage;
import io.quarkiverse.mcp.server.TextContent;
import io.quarkiverse.mcp.server.Tool;
import io.quarkiverse.mcp.server.Tool.OutputSchema;
import io.quarkiverse.mcp.server.ToolArg;
import io.quarkiverse.mcp.server.ToolResponse;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * The tool that issues access tokens to agents. If a request fails, the result has {@code isError} and the error response
 * as text, but no structured content: clients would validate that against the output schema.
 */
public class TokenTool {

    public static final String NAME = "lean-generate-access-token";
    static final String TITLE = "Lean Generate Access Token";

    private final TokenAccess tokens;
    private final RequestLog log;
    private final CurrentVertxRequest currentRequest;
    private final McpSpans spans;

    TokenTool(TokenAccess tokens, RequestLog log, CurrentVertxRequest currentRequest, McpSpans spans) {
        this.spans = spans;
        this.tokens = tokens;
        this.log = log;
        this.currentRequest = currentRequest;
    }

    /**
     * @param body untyped and optional, unlike in the schema, so that the token request's rules apply: the extension would
     *        convert values, and refuse a missing one with its own error
     * @param message the request, with arguments that are not in the schema
     */
    @Tool(name = NAME, title = TITLE, description = Guidance.TOOL_DESCRIPTION, //
            annotations = @Tool.Annotations(title = TITLE, readOnlyHint = false, destructiveHint = false, idempotentHint = true, openWorldHint = true), //
            outputSchema = @OutputSchema(generator = TokenToolSchemas.Output.class))
    Uni<ToolResponse> generateAccessToken(@ToolArg(required = false) Object body, RawMessage message) {
        // The other arguments only matter if the body is missing. Getting the message copies all of it.
        JsonObject arguments = body == null ? McpMessage.paramsOf(message.asJsonObject()).getJsonObject("arguments")
                : JsonObject.of("body", body);
        RoutingContext context = currentRequest.getCurrent();
        if (spans.areOn()) {
            spans.resume(context, message.asJsonObject().getValue("id"));
        }
        return call(arguments, context, TokenTool::result, ToolResponse::error);
    }

    /**
     * Calls the tool.
     *
     * @param arguments as received, or null
     * @param success renders the result with a token
     * @param error renders the result with the JSON text of an error response
     * @return the result; never fails
     */
    public <T> Uni<T> call(JsonObject arguments, RoutingContext context, Function<AccessToken, T> success,
            Function<String, T> error) {
        McpSpan span = spans.current();
        try {
            return tokens.request(members(arguments), context, BodyCredentials.GO_TO_LEAN, Origin.MCP)
                    .map(issued -> success.apply(issued.token()), failure -> error.apply(errorOf(context, span, failure)));
        } catch (RuntimeException e) {
            return Uni.createFrom().item(error.apply(errorOf(context, span, e)));
        }
    }

    private static RequestMembers members(JsonObject arguments) {
        Object body = arguments == null ? null : arguments.getValue("body");
        if (body instanceof JsonObject object) {
            return RequestMembers.of(object.getMap());
        }
        if (body instanceof String text) {
            // Several hosts encode the object again, as a string. Only then are repeated members detected.
            return JsonMembers.read(text, "the argument body");
        }
        if (arguments == null || arguments.stream().allMatch(argument -> argument.getValue() == null)) {
            return new RequestMembers();
        }
        // A default scope must not replace a scope that was sent beside the body instead of in it.
        throw TokenError.INVALID_REQUEST.because(
                body == null ? "the argument body is missing; it must be a JSON object"
                        : "the argument body must be a JSON object");
    }

    private static ToolResponse result(AccessToken token) {
        String json = token.json();
        return new ToolResponse(false, List.of(new TextContent(json)), new TokenObject(json), null);
    }

    private String errorOf(RoutingContext context, McpSpan span, Throwable failure) {
        TokenException recorded = log.record(context, failure);
        span.toolFailed(recorded);
        return recorded.response().json();
    }
}
