package dev.leantokens.mcp.stateless;

import java.util.concurrent.TimeUnit;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.mcp.message.JsonRpc;
import dev.leantokens.mcp.message.JsonRpcException;
import dev.leantokens.mcp.message.McpMessage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkiverse.mcp.server.McpServer;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Handles the requests to the Streamable HTTP endpoint that are of a stateless revision. Thread-safe. */
@ApplicationScoped
public class StatelessHandler {

    private final StatelessServer server;
    private final JsonRpc jsonRpc;
    private final MeterRegistry registry;

    StatelessHandler(StatelessServer server, JsonRpc jsonRpc, MeterRegistry registry) {
        this.server = server;
        this.jsonRpc = jsonRpc;
        this.registry = registry;
    }

    /** @return whether the headers of a request name a stateless revision */
    public boolean isStateless(MultiMap headers) {
        return new StatelessHeaders(headers).nameStatelessRevision();
    }

    /** @return whether the headers of a request, or its message, name a stateless revision */
    public boolean isStateless(MultiMap headers, McpMessage message) {
        return isStateless(headers) || StatelessMessage.namesStatelessRevision(message.json());
    }

    /**
     * Answers a message of a stateless revision.
     *
     * @throws JsonRpcException if the message is invalid or its method is unknown
     */
    public void handle(RoutingContext context, McpMessage message) {
        try {
            if (!(message.json() instanceof JsonObject json)) {
                message.requireValid();
                throw JsonRpcException.invalidRequest("this revision of MCP has no batches");
            }
            StatelessMessage read = StatelessMessage.read(json, new StatelessHeaders(context.request().headers()));
            if (read.isNotification()) {
                // No notification has an effect here.
                context.response().setStatusCode(202).end();
            } else {
                answer(context, read);
            }
        } catch (JsonRpcException e) {
            throw e.withId(StatelessMessage.idOf(message.json()));
        }
    }

    private void answer(RoutingContext context, StatelessMessage request) {
        long start = System.nanoTime();
        Context eventLoop = Vertx.currentContext();
        server.answer(request, context).subscribe().with(
                response -> send(context, eventLoop, () -> {
                    count(request, System.nanoTime() - start);
                    JsonRpc.send(context, response);
                }),
                failure -> send(context, eventLoop, () -> jsonRpc.fail(context, failure, request.id())));
    }

    /** Calls that share a request to Lean complete on the first caller's event loop; the client may have left meanwhile. */
    private static void send(RoutingContext context, Context eventLoop, Runnable response) {
        if (context.response().closed()) {
            return;
        }
        if (Vertx.currentContext() == eventLoop) {
            response.run();
        } else {
            eventLoop.runOnContext(v -> response.run());
        }
    }

    /** Uses the extension's meters, so that they cover all revisions. {@code McpMeters} bounds the labels. */
    private void count(StatelessMessage request, long nanos) {
        Tags labels = switch (request.method()) {
            case "tools/call" -> Tags.of("tool.name", request.params().getString("name"));
            case "resources/read" -> Tags.of("resource.uri", request.params().getString("uri"));
            default -> Tags.empty();
        };
        registry.timer("mcp.server.requests." + request.method().replace('/', '.'),
                labels.and("mcp.server", McpServer.DEFAULT, "failure", "none")).record(nanos, TimeUnit.NANOSECONDS);
    }
}
