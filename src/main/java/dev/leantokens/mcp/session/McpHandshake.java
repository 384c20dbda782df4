package dev.leantokens.mcp.session;

import java.util.List;
import java.util.Set;

import jakarta.inject.Singleton;

import dev.leantokens.mcp.tool.ServerIntroduction;
import io.quarkiverse.mcp.server.Implementation;
import io.quarkiverse.mcp.server.InitialRequest;
import io.quarkiverse.mcp.server.InitialRequest.Transport;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.quarkiverse.mcp.server.McpConnection.Status;
import io.quarkiverse.mcp.server.McpMethod;
import io.quarkiverse.mcp.server.http.runtime.SseMcpConnection;
import io.quarkiverse.mcp.server.http.runtime.StreamableHttpMcpMessageHandler;
import io.quarkiverse.mcp.server.runtime.McpConnectionBase;
import io.quarkiverse.mcp.server.runtime.McpMessageHandler;
import io.quarkiverse.mcp.server.runtime.McpRequest;
import io.quarkiverse.mcp.server.runtime.McpRequestValidator;
import io.quarkiverse.mcp.server.runtime.Sender;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/**
 * Answers {@code initialize} instead of the MCP extension, on both transports. The extension always announces logging and
 * subscriptions, but this server neither logs to clients nor changes its lists. Answers every message with an id, and no other.
 * Refuses subscriptions and ignores cancellations, as MCP allows: the extension would let a client fill the memory with either.
 * Answers the requests that {@link SkillRequests} brings. A validator is the extension's only hook before it handles a message.
 * Thread-safe.
 */
@Singleton
class McpHandshake implements McpRequestValidator {

    private static final Future<Boolean> PASSED_ON = Future.succeededFuture(true);
    private static final Future<Boolean> HANDLED = Future.succeededFuture(false);

    /** The methods that are refused. */
    static final Set<McpMethod> SUBSCRIPTIONS = Set.of(McpMethod.RESOURCES_SUBSCRIBE, McpMethod.RESOURCES_UNSUBSCRIBE);

    /** The handshake of requests without a session, which {@link AutoInit} passes on. The extension ends their connection. */
    private static final InitialRequest WITHOUT_SESSION = new InitialRequest(new Implementation("", "", null),
            McpMessageHandler.SUPPORTED_PROTOCOL_VERSIONS.get(0), List.of(), Transport.STREAMABLE_HTTP, true);

    /** Bounds the memory of a session, which holds the name and version of its client. */
    private static final int MAX_NAME_LENGTH = 200;

    private final ServerIntroduction introduction;
    private final SessionGuard sessions;
    private final SkillRequests skills;
    private final CurrentVertxRequest currentRequest;

    McpHandshake(ServerIntroduction introduction, SessionGuard sessions, SkillRequests skills,
            CurrentVertxRequest currentRequest) {
        this.introduction = introduction;
        this.sessions = sessions;
        this.skills = skills;
        this.currentRequest = currentRequest;
    }

    @Override
    public <R extends McpRequest> Future<Boolean> validate(JsonObject message, R request, McpMethod method) {
        Object id = message.getValue("id");
        boolean notification = method.jsonRpcName().startsWith("notifications/");
        if (id == null) {
            // The extension would answer a message that is neither a request nor a notification. It keeps a cancellation
            // until the request with its id ends: for ever, if the id has another type.
            return notification && method != McpMethod.NOTIFICATIONS_CANCELLED ? PASSED_ON : HANDLED;
        }
        McpConnectionBase connection = request.connection();
        boolean sse = connection instanceof SseMcpConnection;
        if (method != McpMethod.INITIALIZE && !sse && connection.initialize(WITHOUT_SESSION)) {
            // The extension would read the metadata of the message, and keep the connection if that fails.
            connection.setInitialized();
        }
        if (notification) {
            // The extension would not answer it.
            return refuse(request, id, JsonRpcErrorCodes.METHOD_NOT_FOUND, "a notification must not have an id").map(false);
        }
        if (SUBSCRIPTIONS.contains(method)) {
            // The extension adds a subscriber again for each request, and copies all of them.
            return refuse(request, id, JsonRpcErrorCodes.METHOD_NOT_FOUND, "subscriptions are not supported").map(false);
        }
        if (method == SkillRequests.CARRIER && SkillRequests.isKnown(message.getJsonObject("params").getString("method"))) {
            return answerSkillRequest(message, request).map(false);
        }
        if (method == McpMethod.Q_CLOSE) {
            // The extension then ends the session.
            sessions.forget(connection.id());
        }
        // The extension refuses a second handshake.
        if (method != McpMethod.INITIALIZE || connection.status() != Status.NEW) {
            return PASSED_ON;
        }
        JsonObject params = message.getJsonObject("params");
        String revision = revisionFor(params.getString("protocolVersion"));
        connection.initialize(new InitialRequest(client(params.getJsonObject("clientInfo")), revision, List.of(),
                sse ? Transport.SSE : Transport.STREAMABLE_HTTP));
        if (!sse) {
            sendSessionId(request);
        }
        return request.sender().sendResult(id, result(revision)).map(false);
    }

    private Future<Void> answerSkillRequest(JsonObject message, McpRequest request) {
        Object id = message.getValue("id");
        Sender sender = request.sender();
        if (request.connection().status() == Status.NEW) {
            return refuse(request, id, JsonRpcErrorCodes.METHOD_NOT_FOUND, "the first message of a session is initialize");
        }
        JsonObject params = message.getJsonObject("params");
        return skills.answer(params.getString("method"), params, result -> sender.sendResult(id, result),
                error -> refuse(request, id, JsonRpcErrorCodes.INVALID_PARAMS, error));
    }

    private static Future<Void> refuse(McpRequest request, Object id, int code, String reason) {
        request.setTracingErrorResponse(false, code, reason);
        return request.sender().sendError(id, code, reason);
    }

    /** @return the requested revision if it is supported, otherwise the newest one (MCP, "Version Negotiation") */
    private static String revisionFor(String requested) {
        List<String> supported = McpMessageHandler.SUPPORTED_PROTOCOL_VERSIONS;
        return supported.contains(requested) ? requested : supported.get(0);
    }

    private static Implementation client(JsonObject client) {
        return new Implementation(shortened(client.getString("name")), shortened(client.getString("version")), null);
    }

    private static String shortened(String name) {
        return name.length() > MAX_NAME_LENGTH ? name.substring(0, MAX_NAME_LENGTH) : name;
    }

    private void sendSessionId(McpRequest request) {
        request.contextStart();
        try {
            currentRequest.getCurrent().response().putHeader(StreamableHttpMcpMessageHandler.MCP_SESSION_ID_HEADER,
                    request.connection().id());
        } finally {
            request.contextEnd(null);
        }
    }

    private JsonObject result(String revision) {
        return new JsonObject().put("protocolVersion", revision)
                .put("capabilities", introduction.capabilities())
                .put("serverInfo", introduction.describedServer())
                .put("instructions", introduction.instructions());
    }
}
