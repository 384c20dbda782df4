package dev.leantokens.mcp.stateless;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import jakarta.inject.Singleton;

import dev.leantokens.error.TokenError;
import dev.leantokens.mcp.message.JsonRpc;
import dev.leantokens.mcp.message.JsonRpcException;
import dev.leantokens.mcp.message.McpParams;
import dev.leantokens.mcp.tool.McpSpan;
import dev.leantokens.mcp.tool.McpSpans;
import dev.leantokens.mcp.tool.ServerIntroduction;
import dev.leantokens.mcp.tool.SkillMethods;
import dev.leantokens.mcp.tool.SkillResourceRegistrar;
import dev.leantokens.mcp.tool.TokenTool;
import dev.leantokens.token.AccessToken;
import io.quarkiverse.mcp.server.FeatureManager;
import io.quarkiverse.mcp.server.FeatureManager.FeatureInfo;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.quarkiverse.mcp.server.ResourceManager.ResourceInfo;
import io.quarkiverse.mcp.server.TextContent;
import io.quarkiverse.mcp.server.ToolManager.ToolInfo;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Implements the methods of revision 2026-07-28, with the tool and the resources of the MCP extension. Thread-safe. */
@Singleton
class StatelessServer {

    private static final byte[] AFTER_TEXT = utf8("\",\"type\":\"text\"}],\"isError\":false,\"structuredContent\":");
    private static final byte[] END = utf8("}");

    private final TokenTool tool;
    private final SkillResourceRegistrar skill;
    private final Map<String, BiFunction<StatelessMessage, RoutingContext, Uni<Buffer>>> methods;
    private final JsonObject meta;
    private final byte[] beforeText;
    private final ServerIntroduction introduction;
    private final McpSpans spans;

    /** @param tools not a {@code ToolManager}: injecting one makes the extension announce that tools can change */
    StatelessServer(TokenTool tool, SkillResourceRegistrar skill, SkillMethods skillMethods,
            FeatureManager<ToolInfo> tools, FeatureManager<ResourceInfo> resources, ServerIntroduction introduction,
            McpSpans spans) {
        this.tool = tool;
        this.skill = skill;
        this.meta = meta(introduction.server());
        Map<String, BiFunction<StatelessMessage, RoutingContext, Uni<Buffer>>> implemented = new HashMap<>(Map.of(
                "server/discover", (request, context) -> discover(request),
                "tools/list", (request, context) -> list(request, "tools", tools),
                "tools/call", this::call,
                "resources/list", (request, context) -> list(request, "resources", resources),
                "resources/templates/list", (request, context) -> list(request, "resourceTemplates", List.of()),
                "resources/read", (request, context) -> read(request)));
        SkillMethods.NAMES.forEach(name -> implemented.put(name, (request, context) -> skillMethods.answer(name,
                request.params(), result -> result(request, result.put("_meta", meta)),
                error -> failure(request, error, null))));
        this.methods = Map.copyOf(implemented);
        String complete = complete().encode();
        this.beforeText = utf8(complete.substring(0, complete.length() - 1) + ",\"content\":[{\"text\":\"");
        this.introduction = introduction;
        this.spans = spans;
    }

    /**
     * @return the JSON-RPC response
     * @throws JsonRpcException if the method is unknown or its parameters are invalid
     */
    Uni<Buffer> answer(StatelessMessage request, RoutingContext context) {
        BiFunction<StatelessMessage, RoutingContext, Uni<Buffer>> method = methods.get(request.method());
        if (method == null) {
            throw new JsonRpcException(TokenError.NOT_FOUND, JsonRpcErrorCodes.METHOD_NOT_FOUND, "Method not found", null);
        }
        McpParams.problem(request.method(), request.params()).ifPresent(problem -> {
            throw JsonRpcException.invalidParams(problem);
        });
        return spans.areOn() ? traced(method, request, context) : method.apply(request, context);
    }

    private Uni<Buffer> traced(BiFunction<StatelessMessage, RoutingContext, Uni<Buffer>> method, StatelessMessage request,
            RoutingContext context) {
        McpSpan span = spans.start(request.method(), request.params());
        span.setProtocolVersion(StatelessMessage.REVISION);
        try {
            return method.apply(request, context).onFailure().invoke(() -> span.failed(JsonRpcErrorCodes.INTERNAL_ERROR))
                    .onTermination().invoke(span::end);
        } catch (RuntimeException e) {
            span.failed(JsonRpcErrorCodes.INTERNAL_ERROR);
            span.end();
            throw e;
        }
    }

    private Uni<Buffer> discover(StatelessMessage request) {
        return result(request, cacheable().put("supportedVersions", new JsonArray(StatelessMessage.SUPPORTED))
                .put("capabilities", introduction.capabilities())
                .put("instructions", introduction.instructions())
                .put("_meta", meta(introduction.describedServer())));
    }

    private Uni<Buffer> list(StatelessMessage request, String name, Iterable<? extends FeatureInfo> all) {
        if (request.params().getValue("cursor") != null) {
            return failure(request, SkillMethods.INVALID_CURSOR, null);
        }
        JsonArray list = new JsonArray();
        all.forEach(info -> list.add(info.asJson()));
        return result(request, cacheable().put(name, list));
    }

    private Uni<Buffer> read(StatelessMessage request) {
        String uri = request.params().getString("uri");
        return skill.read(uri).map(response -> result(request, cacheable().put("contents", response.contents())))
                .orElseGet(() -> failure(request, "Resource not found", new JsonObject().put("uri", uri)));
    }

    private Uni<Buffer> call(StatelessMessage request, RoutingContext context) {
        if (!request.params().getString("name").equals(TokenTool.NAME)) {
            return failure(request, "Unknown tool", null);
        }
        return tool.call(request.params().getJsonObject("arguments"), context, token -> result(request, token),
                error -> JsonRpc.result(request.id(), complete().put("content", List.of(new TextContent(error)))
                        .put("isError", true)).toBuffer());
    }

    /** @return the response with a token: as text, and as structured content */
    Buffer result(StatelessMessage request, AccessToken token) {
        return JsonRpc.result(request.id(), beforeText, token.escapedBytes(), AFTER_TEXT, token.bytes(), END);
    }

    /** @return a result that clients may cache and share; never one with a token */
    private JsonObject cacheable() {
        return complete().put("ttlMs", SkillMethods.TTL_MS).put("cacheScope", "public");
    }

    private JsonObject complete() {
        return new JsonObject().put("resultType", "complete").put("_meta", meta);
    }

    private static JsonObject meta(JsonObject server) {
        return new JsonObject().put("io.modelcontextprotocol/serverInfo", server);
    }

    private static Uni<Buffer> result(StatelessMessage request, JsonObject result) {
        return Uni.createFrom().item(JsonRpc.result(request.id(), result).toBuffer());
    }

    /** Called before anything asynchronous. */
    private Uni<Buffer> failure(StatelessMessage request, String message, JsonObject data) {
        spans.current().failed(JsonRpcErrorCodes.INVALID_PARAMS);
        return Uni.createFrom().item(JsonRpc.error(request.id(), JsonRpcErrorCodes.INVALID_PARAMS, message, data).toBuffer());
    }

    private static byte[] utf8(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
