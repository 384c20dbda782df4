package dev.leantokens.mcp;

import java.util.List;

import dev.leantokens.access.BodyCredentials;
import dev.leantokens.access.TokenAccess;
import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenError;
import dev.leantokens.http.RequestLog;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.JsonMembers;
import dev.leantokens.token.RequestMembers;
import io.quarkiverse.mcp.server.RawMessage;
import io.quarkiverse.mcp.server.TextContent;
import io.quarkiverse.mcp.server.Tool;
import io.quarkiverse.mcp.server.Tool.InputSchema;
import io.quarkiverse.mcp.server.Tool.OutputSchema;
import io.quarkiverse.mcp.server.ToolArg;
import io.quarkiverse.mcp.server.ToolResponse;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * The tool by which an agent gets an access token. A request that ends without one is a result with {@code isError} and
 * the error response as text, without structured content: clients check that against the output schema even then.
 */
public class TokenTool {

    public static final String NAME = "lean-generate-access-token";
    static final String TITLE = "Lean Generate Access Token";

    private static final String DESCRIPTION = TITLE + """
            . Returns an OAuth 2.0 access token for the API of Lean Technologies (open banking in the UAE and Saudi Arabia). \
            Ask for scope "api" to call Lean's API from a backend, or for "customer.<customer_id>" to start the LinkSDK in the \
            app of that one customer. Send the token as "Authorization: Bearer <access_token>". It is valid for expires_in \
            seconds; ask again whenever you need one, tokens are kept and renewed here. It is a secret: do not show, log or \
            store it. On an error, "temporarily_unavailable" may be tried again after the time that its description says; \
            every other error needs a changed request or an operator.""";

    private final TokenAccess tokens;
    private final RequestLog log;
    private final CurrentVertxRequest currentRequest;

    TokenTool(TokenAccess tokens, RequestLog log, CurrentVertxRequest currentRequest) {
        this.tokens = tokens;
        this.log = log;
        this.currentRequest = currentRequest;
    }

    /**
     * @param body untyped and optional, though the schema says otherwise: the extension would convert values by itself and
     *        refuse a missing one in its own words, where our rules have to decide
     * @param message the request, for arguments that are not where the schema has them
     */
    @Tool(name = NAME, title = TITLE, description = DESCRIPTION, //
            annotations = @Tool.Annotations(title = TITLE, readOnlyHint = false, destructiveHint = false, idempotentHint = true, openWorldHint = true), //
            inputSchema = @InputSchema(generator = TokenToolInputSchema.class), //
            outputSchema = @OutputSchema(generator = TokenToolOutputSchema.class))
    Uni<ToolResponse> generateAccessToken(@ToolArg(required = false) Object body, RawMessage message) {
        JsonObject params = McpMessage.paramsOf(message.asJsonObject());
        return call(params.getJsonObject("arguments"), currentRequest.getCurrent());
    }

    /**
     * The same for who knows the request.
     *
     * @param arguments as they came, or null
     * @return the result, whether it is a token or an error; never a failure
     */
    public Uni<ToolResponse> call(JsonObject arguments, RoutingContext context) {
        return Uni.createFrom().deferred(() -> token(arguments, context))
                .map(TokenTool::success)
                .onFailure().recoverWithItem(failure -> error(context, failure));
    }

    private Uni<IssuedToken> token(JsonObject arguments, RoutingContext context) {
        return tokens.request(members(arguments), context, BodyCredentials.GO_TO_LEAN, Origin.MCP);
    }

    private static RequestMembers members(JsonObject arguments) {
        if (arguments == null || arguments.stream().allMatch(argument -> argument.getValue() == null)) {
            return new RequestMembers();
        }
        Object body = arguments.getValue("body");
        if (body instanceof JsonObject object) {
            return RequestMembers.of(object.getMap());
        }
        if (body instanceof String text) {
            // Several hosts encode the object once more. Repeated members are seen in this case.
            return JsonMembers.read(text, "the argument body");
        }
        // A default scope must not take the place of a scope that stands beside the body instead of in it.
        throw TokenError.INVALID_REQUEST.because(
                body == null ? "the argument body is missing, it must be a JSON object"
                        : "the argument body must be a JSON object");
    }

    private static ToolResponse success(IssuedToken issued) {
        AccessToken token = issued.token();
        return new ToolResponse(false, List.of(new TextContent(token.json())), token.members(), null);
    }

    private ToolResponse error(RoutingContext context, Throwable failure) {
        return ToolResponse.error(log.failed(context, failure).response().json());
    }
}
