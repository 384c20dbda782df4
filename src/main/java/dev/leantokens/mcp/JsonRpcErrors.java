package dev.leantokens.mcp;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.error.TokenError;
import dev.leantokens.http.RequestLog;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Answers by HTTP what is wrong with a message of MCP, in the shape of JSON-RPC 2.0. Thread-safe. */
@ApplicationScoped
public class JsonRpcErrors {

    private final RequestLog log;

    JsonRpcErrors(RequestLog log) {
        this.log = log;
    }

    /**
     * Logs the failure and ends the request with it.
     *
     * @param failure as {@link RequestLog#failed} takes it; what it is there has the status
     * @param answer the whole of the answer's body
     */
    public void send(RoutingContext context, Throwable failure, JsonObject answer) {
        context.response().setStatusCode(log.failed(context, failure).response().status());
        end(context, answer);
    }

    /** The same for what is wrong with a message, with the status of {@code error}. */
    public void send(RoutingContext context, TokenError error, McpMessage.Problem problem) {
        send(context, error.because(problem.message()), failure(problem));
    }

    /**
     * Ends the request with an error as the extension does that within a session: by a message, and without a line in the log.
     */
    public void answer(RoutingContext context, McpMessage.Problem problem) {
        end(context, failure(problem));
    }

    private static void end(RoutingContext context, JsonObject answer) {
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(answer.toBuffer());
    }

    private static JsonObject failure(McpMessage.Problem problem) {
        return JsonRpc.failure(problem.id(), JsonRpc.error(problem.code(), problem.message(), null));
    }
}
