package dev.leantokens.mcp;

import java.util.List;
import java.util.Locale;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.http.FilterOrder;
import dev.leantokens.token.ErrorLog;
import dev.leantokens.token.TokenError;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * Looks at what an MCP client sends before the MCP extension does, and refuses what that would trip over. The extension
 * logs a body that is not JSON with an excerpt, which can be a secret; keeps the session that it opened for it; and leaves
 * a request unanswered, with a stack trace in the log, whose members are not of the types that it expects.
 */
@ApplicationScoped
class McpMessageFilter {

    private static final String JSON = "application/json";
    private static final String EVENT_STREAM = "text/event-stream";

    private final ErrorLog log;

    McpMessageFilter(ErrorLog log) {
        this.log = log;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.MCP_MESSAGES);
    }

    private void filter(RoutingContext context) {
        if (context.request().method() != HttpMethod.POST || !McpPortFilter.isMcp(context)) {
            context.next();
            return;
        }
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        // Some clients leave the type out, since there is only one.
        if (type != null && !type.strip().toLowerCase(Locale.ROOT).startsWith(JSON)) {
            refuse(context, TokenError.UNSUPPORTED_MEDIA_TYPE, null, JsonRpcErrorCodes.INVALID_REQUEST,
                    "the Content-Type must be application/json");
        } else if (isStreamable(context) && !(accepts(context, JSON) && accepts(context, EVENT_STREAM))) {
            refuse(context, TokenError.NOT_ACCEPTABLE, null, JsonRpcErrorCodes.INVALID_REQUEST,
                    "the Accept header must list application/json and text/event-stream");
        } else {
            McpMessage.read(context.body().buffer()).problem().ifPresentOrElse(
                    problem -> refuse(context, TokenError.INVALID_REQUEST, problem.id(), problem.code(), problem.message()),
                    context::next);
        }
    }

    /** The older SSE transport has its messages at paths below. */
    private static boolean isStreamable(RoutingContext context) {
        return context.normalizedPath().equals(McpConfig.PATH);
    }

    private static boolean accepts(RoutingContext context, String type) {
        List<String> accepted = context.request().headers().getAll(HttpHeaders.ACCEPT);
        return accepted.stream().anyMatch(value -> value.contains(type));
    }

    private void refuse(RoutingContext context, TokenError error, Object id, int code, String message) {
        log.record("MCP", error.because(message));
        JsonObject answer = new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", id)
                .put("error", new JsonObject().put("code", code).put("message", message));
        context.response()
                .setStatusCode(error.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(answer.toBuffer());
    }
}
