package dev.leantokens.mcp;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.http.BodyReader;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * Reads what an MCP client sends, for everyone who has to look at it, and refuses what is of no media type that MCP is spoken
 * in. What is in it is for others to judge. MCP requires clients to accept JSON and event streams, and some accept JSON only.
 * They are served: every answer here is JSON, except the answer to a batch of several messages.
 */
@ApplicationScoped
class McpMessageFilter {

    private static final String JSON = "application/json";
    private static final String EVENT_STREAM = "text/event-stream";

    private final BodyReader bodies;
    private final HttpErrors errors;
    private final JsonRpcErrors refusals;

    McpMessageFilter(BodyReader bodies, HttpErrors errors, JsonRpcErrors refusals) {
        this.bodies = bodies;
        this.errors = errors;
        this.refusals = refusals;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.MCP_MESSAGES);
    }

    private void filter(RoutingContext context) {
        if (Endpoint.of(context) != Endpoint.MCP || context.request().method() != HttpMethod.POST
                || !McpEndpoint.of(context).orElseThrow().takesMessages()) {
            context.next();
            return;
        }
        bodies.read(context.request())
                .onSuccess(body -> {
                    try {
                        message(context, Buffer.buffer(body));
                    } catch (RuntimeException e) {
                        // The router is not on the stack: nothing else would answer.
                        context.fail(e);
                    }
                })
                .onFailure(failure -> errors.send(context, (TokenException) failure));
    }

    private void message(RoutingContext context, Buffer body) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        boolean streamable = McpEndpoint.isStreamable(context);
        // Some clients leave the type out, since there is only one.
        if (type != null && !isOf(type, JSON)) {
            refuse(context, TokenError.UNSUPPORTED_MEDIA_TYPE, "the Content-Type must be application/json");
        } else if (streamable && !accepts(context, JSON)) {
            refuse(context, TokenError.NOT_ACCEPTABLE, "the Accept header must allow application/json");
        } else {
            McpMessage message = McpMessage.read(body);
            if (streamable && message.isBatch() && !accepts(context, EVENT_STREAM)) {
                refuse(context, TokenError.NOT_ACCEPTABLE,
                        "a batch is answered by an event stream, the Accept header must allow text/event-stream too");
                return;
            }
            if (streamable) {
                // The extension looks for the types as they are written here.
                context.request().headers().set(HttpHeaders.ACCEPT, JSON + ", " + EVENT_STREAM);
            }
            message.keepIn(context);
            context.next();
        }
    }

    private static boolean accepts(RoutingContext context, String type) {
        return AcceptHeader.accepts(context.request().headers().getAll(HttpHeaders.ACCEPT), type);
    }

    /** @return whether a media type, which can have parameters, is of this type and subtype */
    private static boolean isOf(String mediaType, String type) {
        int parameters = mediaType.indexOf(';');
        return (parameters < 0 ? mediaType : mediaType.substring(0, parameters)).strip().equalsIgnoreCase(type);
    }

    private void refuse(RoutingContext context, TokenError error, String message) {
        refusals.send(context, error, new McpMessage.Problem(null, JsonRpcErrorCodes.INVALID_REQUEST, message));
    }
}
