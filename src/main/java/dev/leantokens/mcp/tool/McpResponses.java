package dev.leantokens.mcp.tool;

import java.util.concurrent.TimeUnit;

import jakarta.inject.Singleton;

import dev.leantokens.mcp.message.JsonRpc;
import dev.leantokens.mcp.message.McpMessage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.quarkiverse.mcp.server.McpServer;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * Sends the responses that this service renders in place of the MCP extension, and counts them with the extension's meters,
 * whose labels {@link McpMeters} bounds. Thread-safe.
 */
@Singleton
public class McpResponses {

    private final JsonRpc jsonRpc;
    private final MeterRegistry registry;

    /** Looked up once: each look-up builds the name and the labels. */
    private volatile Timer tokenCalls;

    McpResponses(JsonRpc jsonRpc, MeterRegistry registry) {
        this.jsonRpc = jsonRpc;
        this.registry = registry;
    }

    /**
     * Sends a response, or an error if it fails. This is called on the request's event loop.
     *
     * @param message a valid request
     * @param start when it was received, in {@link System#nanoTime}
     */
    public void send(RoutingContext context, JsonObject message, long start, Uni<Buffer> response) {
        Context eventLoop = Vertx.currentContext();
        response.subscribe().with(
                rendered -> {
                    timerOf(message).record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
                    onEventLoop(context, eventLoop, () -> JsonRpc.send(context, rendered));
                },
                failure -> onEventLoop(context, eventLoop, () -> jsonRpc.fail(context, failure, message.getValue("id"))));
    }

    /** Calls that share a request to Lean complete on the first caller's event loop; the client may have left meanwhile. */
    private static void onEventLoop(RoutingContext context, Context eventLoop, Runnable send) {
        if (context.response().closed()) {
            return;
        }
        if (Vertx.currentContext() == eventLoop) {
            send.run();
        } else {
            eventLoop.runOnContext(v -> send.run());
        }
    }

    private Timer timerOf(JsonObject message) {
        String method = message.getString("method");
        JsonObject params = McpMessage.paramsOf(message);
        return switch (method) {
            case TokenTool.METHOD -> timerOfTool(params.getString("name"));
            case "resources/read" -> timer(method, Tags.of("resource.uri", params.getString("uri")));
            default -> timer(method, Tags.empty());
        };
    }

    private Timer timerOfTool(String name) {
        if (!name.equals(TokenTool.NAME)) {
            return timer(TokenTool.METHOD, Tags.of("tool.name", name));
        }
        if (tokenCalls == null) {
            tokenCalls = timer(TokenTool.METHOD, Tags.of("tool.name", name));
        }
        return tokenCalls;
    }

    private Timer timer(String method, Tags labels) {
        return registry.timer("mcp.server.requests." + method.replace('/', '.'),
                labels.and("mcp.server", McpServer.DEFAULT, "failure", "none"));
    }
}
