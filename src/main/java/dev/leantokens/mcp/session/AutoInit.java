package dev.leantokens.mcp.session;

import jakarta.inject.Singleton;

import dev.leantokens.mcp.message.JsonRpc;
import dev.leantokens.mcp.message.JsonRpcException;
import dev.leantokens.mcp.message.McpMessage;
import dev.leantokens.mcp.port.McpConfig;
import dev.leantokens.mcp.tool.McpSpan;
import dev.leantokens.mcp.tool.McpSpans;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.quarkiverse.mcp.server.McpMethod;
import io.quarkiverse.mcp.server.runtime.ConnectionManager;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * Serves clients with a handshake without sessions if {@code MCP_AUTO_INIT} is set, so that each request may reach another
 * replica. The extension then starts a session for each request and ends it with the response. Ends the sessions that it
 * would leave open: those that a client initializes, and those of messages that it cannot handle. Thread-safe.
 */
@Singleton
public class AutoInit {

    private final boolean enabled;
    private final ConnectionManager connections;
    private final SkillRequests skills;
    private final McpSpans spans;

    AutoInit(McpConfig config, ConnectionManager connections, SkillRequests skills, McpSpans spans) {
        this.enabled = config.autoInit();
        this.connections = connections;
        this.skills = skills;
        this.spans = spans;
    }

    public boolean isEnabled() {
        return enabled;
    }

    /**
     * Answers a message, or prepares it for the extension.
     *
     * @return whether the message is answered; otherwise the extension answers it
     * @throws JsonRpcException if it is a batch
     */
    public boolean answer(RoutingContext context, McpMessage message) {
        if (!(message.json() instanceof JsonObject json)) {
            throw JsonRpcException.invalidRequest("batches are only supported in sessions");
        }
        if (McpMessage.isResponse(json) || json.getValue("id") == null) {
            // Responses and notifications only affect a session.
            context.response().setStatusCode(202).end();
            return true;
        }
        String method = json.getString("method");
        if (SkillRequests.isKnown(method)) {
            Object id = json.getValue("id");
            JsonObject params = McpMessage.paramsOf(json);
            McpSpan span = spans.start(method, params);
            JsonObject response = skills.answer(method, params, result -> JsonRpc.result(id, result), error -> {
                span.failed(JsonRpcErrorCodes.INVALID_PARAMS);
                return JsonRpc.error(id, JsonRpcErrorCodes.INVALID_PARAMS, error);
            });
            span.end();
            JsonRpc.send(context, response);
            return true;
        }
        McpMethod known = McpMethod.from(method);
        if (known == null || McpHandshake.SUBSCRIPTIONS.contains(known)) {
            // As within a session: with status 200 and without a line in the log.
            JsonRpc.send(context, JsonRpc.error(json.getValue("id"), JsonRpcErrorCodes.METHOD_NOT_FOUND, "unknown method"));
            return true;
        }
        context.request().headers().remove(SessionGuard.SESSION_ID);
        context.addHeadersEndHandler(ready -> end(context));
        return false;
    }

    /** The client does not learn the id of the session that it has initialized, so it will not use it. */
    private void end(RoutingContext context) {
        String id = context.response().headers().get(SessionGuard.SESSION_ID);
        if (id != null) {
            context.response().headers().remove(SessionGuard.SESSION_ID);
            context.addEndHandler(done -> connections.remove(id));
        }
    }
}
