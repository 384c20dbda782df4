package dev.leantokens.mcp.stateless;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.mcp.JsonRpc;
import dev.leantokens.mcp.JsonRpcErrors;
import dev.leantokens.mcp.McpEndpoint;
import dev.leantokens.mcp.McpMessage;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Takes what is of revision 2026-07-28 from among the requests to MCP's endpoint, and answers it. */
@ApplicationScoped
class StatelessFilter {

    private final StatelessServer server;
    private final StatelessMeters meters;
    private final JsonRpcErrors refusals;
    private final HttpErrors errors;

    StatelessFilter(StatelessServer server, StatelessMeters meters, JsonRpcErrors refusals, HttpErrors errors) {
        this.server = server;
        this.meters = meters;
        this.refusals = refusals;
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.MCP_MODERN);
    }

    private void filter(RoutingContext context) {
        if (Endpoint.of(context) != Endpoint.MCP || !McpEndpoint.isStreamable(context)) {
            context.next();
            return;
        }
        RequestHeaders headers = new RequestHeaders(context.request().headers());
        HttpMethod method = context.request().method();
        if (method == HttpMethod.POST) {
            McpMessage message = McpMessage.of(context);
            if (StatelessMessage.isMeant(message, headers)) {
                message(context, message, headers);
                return;
            }
        } else if ((method == HttpMethod.GET || method == HttpMethod.DELETE) && headers.nameRevisionOfNoHandshake()) {
            notAllowed(context);
            return;
        }
        context.next();
    }

    private void notAllowed(RoutingContext context) {
        TokenException refusal = TokenError.METHOD_NOT_ALLOWED
                .because("this revision of MCP has no stream and no session, messages are sent by POST");
        context.response().putHeader(HttpHeaders.ALLOW, HttpMethod.POST.name());
        if (context.request().method() == HttpMethod.GET) {
            // MCP: 405 means that no stream is offered.
            errors.answer(context, refusal);
        } else {
            errors.send(context, refusal);
        }
    }

    private void message(RoutingContext context, McpMessage message, RequestHeaders headers) {
        if (!(message.json() instanceof JsonObject json)) {
            refuse(context, null,
                    message.problem().map(problem -> JsonRpcException.malformed(problem.code(), problem.message()))
                            .orElseGet(
                                    () -> JsonRpcException.malformed(JsonRpcErrorCodes.INVALID_REQUEST,
                                            "this revision of MCP has no batches")));
            return;
        }
        try {
            StatelessMessage read = StatelessMessage.read(json, headers);
            if (read.isNotification()) {
                // There is none that would mean anything here.
                context.response().setStatusCode(202).end();
            } else {
                answer(context, read);
            }
        } catch (JsonRpcException refusal) {
            refuse(context, StatelessMessage.idOf(json), refusal);
        }
    }

    private void answer(RoutingContext context, StatelessMessage request) {
        long begun = System.nanoTime();
        Context eventLoop = Vertx.currentContext();
        server.answer(request, context).subscribe().with(
                answer -> write(context, eventLoop, () -> {
                    meters.answered(request, System.nanoTime() - begun);
                    context.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(answer.toBuffer());
                }),
                failure -> write(context, eventLoop, () -> refusals.send(context, failure, JsonRpc.failure(request.id(),
                        JsonRpc.error(JsonRpcErrorCodes.INTERNAL_ERROR, "Internal error", null)))));
    }

    /** A call to Lean that several wait for ends on the event loop of the first; a client may have gone away meanwhile. */
    private static void write(RoutingContext context, Context eventLoop, Runnable answer) {
        if (context.response().closed()) {
            return;
        }
        if (Vertx.currentContext() == eventLoop) {
            answer.run();
        } else {
            eventLoop.runOnContext(v -> answer.run());
        }
    }

    private void refuse(RoutingContext context, Object id, JsonRpcException refusal) {
        refusals.send(context, refusal.error().because(refusal.getMessage()), JsonRpc.failure(id, refusal.json()));
    }
}
