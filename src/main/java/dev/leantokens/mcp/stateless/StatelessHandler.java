package dev.leantokens.mcp.stateless;

import jakarta.inject.Singleton;

import dev.leantokens.mcp.message.JsonRpcException;
import dev.leantokens.mcp.message.McpMessage;
import dev.leantokens.mcp.tool.McpResponses;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Handles the requests to the Streamable HTTP endpoint that are of a stateless revision. Thread-safe. */
@Singleton
public class StatelessHandler {

    private final StatelessServer server;
    private final McpResponses responses;

    StatelessHandler(StatelessServer server, McpResponses responses) {
        this.server = server;
        this.responses = responses;
    }

    /** @return whether the headers of a request name a stateless revision */
    public boolean isStateless(MultiMap headers) {
        return new StatelessHeaders(headers).nameStatelessRevision();
    }

    /** @return whether the headers of a request, or its message, name a stateless revision */
    static boolean isStateless(StatelessHeaders headers, McpMessage message) {
        return headers.nameStatelessRevision() || StatelessMessage.namesStatelessRevision(message.json());
    }

    /**
     * Answers a message of a stateless revision.
     *
     * @return whether the message is of one; otherwise it is not answered
     * @throws JsonRpcException if the message is invalid or its method is unknown
     */
    public boolean answer(RoutingContext context, McpMessage message) {
        StatelessHeaders headers = new StatelessHeaders(context.request().headers());
        if (!isStateless(headers, message)) {
            return false;
        }
        try {
            if (!(message.json() instanceof JsonObject json)) {
                message.requireValid();
                throw JsonRpcException.invalidRequest("this revision of MCP has no batches");
            }
            StatelessMessage read = StatelessMessage.read(json, headers);
            if (read.isNotification()) {
                // No notification has an effect here.
                context.response().setStatusCode(202).end();
            } else {
                responses.send(context, json, System.nanoTime(), server.answer(read, context));
            }
            return true;
        } catch (JsonRpcException e) {
            throw e.withId(StatelessMessage.idOf(message.json()));
        }
    }
}
