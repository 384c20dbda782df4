package dev.leantokens.mcp;

import java.util.List;
import java.util.Locale;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.http.BodyReader;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.http.RequestLog;
import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.quarkiverse.mcp.server.http.runtime.SseMcpConnection;
import io.quarkiverse.mcp.server.http.runtime.StreamableHttpMcpMessageHandler;
import io.quarkiverse.mcp.server.runtime.ConnectionManager;
import io.quarkiverse.mcp.server.runtime.McpConnectionBase;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;

/**
 * Looks at what an MCP client sends before the MCP extension does, and refuses what that would trip over. The extension
 * logs a body that is not JSON with an excerpt, which can be a secret; keeps the session that it opened for it; and leaves
 * a request unanswered, with a stack trace in the log, whose members are not of the types that it expects.
 */
@ApplicationScoped
class McpRequestFilter {

    private static final String JSON = "application/json";
    private static final String EVENT_STREAM = "text/event-stream";

    private final ConnectionManager sessions;
    private final BodyReader bodies;
    private final HttpErrors errors;
    private final RequestLog log;

    McpRequestFilter(ConnectionManager sessions, BodyReader bodies, HttpErrors errors, RequestLog log) {
        this.sessions = sessions;
        this.bodies = bodies;
        this.errors = errors;
        this.log = log;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.MCP);
    }

    private void filter(RoutingContext context) {
        if (Endpoint.of(context) != Endpoint.MCP) {
            context.next();
            return;
        }
        HttpMethod method = context.request().method();
        McpEndpoint endpoint = McpEndpoint.of(context).orElseThrow();
        if (endpoint == McpEndpoint.SSE && method != HttpMethod.GET) {
            // The extension opens a stream whatever the method.
            context.response().putHeader(HttpHeaders.ALLOW, HttpMethod.GET.name());
            errors.send(context, TokenError.METHOD_NOT_ALLOWED.because("the stream is opened by GET"));
        } else if (isSessionOfTheOtherTransport(context, endpoint)) {
            errors.send(context, TokenError.NOT_FOUND.because("this MCP session is of the other transport"));
        } else if (method == HttpMethod.POST) {
            bodies.read(context.request())
                    .onSuccess(body -> message(context, Buffer.buffer(body)))
                    .onFailure(failure -> errors.send(context, (TokenException) failure));
        } else {
            context.next();
        }
    }

    /** Streamable HTTP names its session in a header, the older SSE transport in the path. The extension fails on a mix. */
    private boolean isSessionOfTheOtherTransport(RoutingContext context, McpEndpoint endpoint) {
        boolean sse = endpoint == McpEndpoint.MESSAGES;
        String id = sse ? McpEndpoint.sessionOf(context)
                : context.request().getHeader(StreamableHttpMcpMessageHandler.MCP_SESSION_ID_HEADER);
        McpConnectionBase session = id == null ? null : sessions.get(id);
        return session != null && session instanceof SseMcpConnection != sse;
    }

    private void message(RoutingContext context, Buffer body) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        // Some clients leave the type out, since there is only one.
        if (type != null && !type.strip().toLowerCase(Locale.ROOT).startsWith(JSON)) {
            refuse(context, TokenError.UNSUPPORTED_MEDIA_TYPE, null, JsonRpcErrorCodes.INVALID_REQUEST,
                    "the Content-Type must be application/json");
        } else if (isStreamable(context) && !(accepts(context, JSON) && accepts(context, EVENT_STREAM))) {
            refuse(context, TokenError.NOT_ACCEPTABLE, null, JsonRpcErrorCodes.INVALID_REQUEST,
                    "the Accept header must list application/json and text/event-stream");
        } else {
            McpMessage.read(body).problem().ifPresentOrElse(
                    problem -> refuse(context, TokenError.INVALID_REQUEST, problem.id(), problem.code(), problem.message()),
                    () -> handOn(context, body));
        }
    }

    /** The extension has a handler for the body on its routes, which leaves one alone that has been read. */
    private static void handOn(RoutingContext context, Buffer body) {
        RoutingContextInternal internal = (RoutingContextInternal) context;
        internal.setBody(body);
        internal.visitHandler(RoutingContextInternal.BODY_HANDLER);
        context.next();
    }

    private static boolean isStreamable(RoutingContext context) {
        return McpEndpoint.of(context).filter(McpEndpoint.STREAMABLE::equals).isPresent();
    }

    private static boolean accepts(RoutingContext context, String type) {
        List<String> accepted = context.request().headers().getAll(HttpHeaders.ACCEPT);
        return accepted.stream().anyMatch(value -> value.contains(type));
    }

    private void refuse(RoutingContext context, TokenError error, Object id, int code, String message) {
        log.failed(context, error.because(message));
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
