package dev.leantokens.mcp;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.http.RequestLog;
import dev.leantokens.token.TokenError;
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
    void send(RoutingContext context, TokenError error, McpMessage.Problem problem) {
        send(context, error.because(problem.message()), answer(problem));
    }

    /**
     * Ends the request with an error as the extension does that within a session: by a message, and without a line in the log.
     */
    void answer(RoutingContext context, McpMessage.Problem problem) {
        end(context, answer(problem));
    }

    private static void end(RoutingContext context, JsonObject answer) {
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(answer.toBuffer());
    }

    /** An id that cannot be told is left out, as MCP has it since revision 2025-11-25; before, none would have been right. */
    private static JsonObject answer(McpMessage.Problem problem) {
        JsonObject answer = new JsonObject().put("jsonrpc", "2.0");
        if (problem.id() != null) {
            answer.put("id", problem.id());
        }
        return answer.put("error", new JsonObject().put("code", problem.code()).put("message", problem.message()));
    }
}
