package dev.leantokens.mcp.stateless;

import java.util.concurrent.TimeUnit;

import jakarta.inject.Singleton;

import dev.leantokens.mcp.message.JsonRpc;
import dev.leantokens.mcp.message.JsonRpcException;
import dev.leantokens.mcp.message.McpMessage;
import dev.leantokens.mcp.tool.McpMeters;
import dev.leantokens.mcp.tool.TokenTool;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Handles the requests to the Streamable HTTP endpoint that are of a stateless revision. Thread-safe. */
@Singleton
public class StatelessHandler {

    private static final String CALL = "tools/call";

    private final StatelessServer server;
    private final JsonRpc jsonRpc;
    private final MeterRegistry registry;

    /** Looked up once: each look-up builds the name and the labels. */
    private volatile Timer tokenCalls;

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
                answer(context, read);
            }
            return true;
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
        timerOf(request).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer timerOf(StatelessMessage request) {
        return switch (request.method()) {
            case CALL -> timerOfTool(request.params().getString("name"));
            case "resources/read" -> timer(request.method(), Tags.of("resource.uri", request.params().getString("uri")));
            default -> timer(request.method(), Tags.empty());
        };
    }

    private Timer timerOfTool(String name) {
        if (!name.equals(TokenTool.NAME)) {
            return timer(CALL, Tags.of("tool.name", name));
        }
        if (tokenCalls == null) {
            tokenCalls = timer(CALL, Tags.of("tool.name", name));
        }
        return tokenCalls;
    }

    private Timer timer(String method, Tags labels) {
        return McpMeters.timer(registry, method, labels);
    }
}
