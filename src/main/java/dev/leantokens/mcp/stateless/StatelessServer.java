package dev.leantokens.mcp.stateless;

import java.util.List;
import java.util.Map;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.mcp.JsonRpc;
import dev.leantokens.mcp.McpMessage;
import dev.leantokens.mcp.ServerIntroduction;
import dev.leantokens.mcp.SkillAsResource;
import dev.leantokens.mcp.TokenTool;
import io.quarkiverse.mcp.server.FeatureManager;
import io.quarkiverse.mcp.server.FeatureManager.FeatureInfo;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.quarkiverse.mcp.server.ResourceManager.ResourceInfo;
import io.quarkiverse.mcp.server.ToolManager.ToolInfo;
import io.quarkiverse.mcp.server.ToolResponse;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * What is offered to clients of revision 2026-07-28: the tool and the resource that the MCP extension offers, as it describes
 * them. Thread-safe.
 */
@ApplicationScoped
class StatelessServer {

    /**
     * For lists and texts, which change with a release: as old as one may be after this service was exchanged for a newer one.
     */
    private static final int MILLIS_KEPT = 300_000;

    @FunctionalInterface
    private interface Method {

        Uni<JsonObject> answer(StatelessMessage request, RoutingContext context);
    }

    private final TokenTool tool;
    private final SkillAsResource skill;
    private final Map<String, Method> methods;
    private final JsonObject meta;
    private final ServerIntroduction introduction;

    /**
     * @param tools not as a {@code ToolManager}: to have that injected tells the extension that there can be other tools later
     */
    StatelessServer(TokenTool tool, SkillAsResource skill, FeatureManager<ToolInfo> tools,
            FeatureManager<ResourceInfo> resources,
            ServerIntroduction introduction) {
        this.tool = tool;
        this.skill = skill;
        this.methods = Map.of(
                "server/discover", (request, context) -> discover(request),
                "tools/list", (request, context) -> list(request, "tools", tools),
                "tools/call", this::call,
                "resources/list", (request, context) -> list(request, "resources", resources),
                "resources/templates/list", (request, context) -> list(request, "resourceTemplates", List.of()),
                "resources/read", (request, context) -> read(request));
        this.meta = new JsonObject().put("io.modelcontextprotocol/serverInfo", introduction.server());
        this.introduction = introduction;
    }

    /**
     * @param request that keeps the rules for what each request carries
     * @return the answer, a message of JSON-RPC 2.0
     * @throws JsonRpcException if there is no such method, or it is not called like that
     */
    Uni<JsonObject> answer(StatelessMessage request, RoutingContext context) {
        Method method = methods.get(request.method());
        if (method == null) {
            throw JsonRpcException.unknownMethod();
        }
        McpMessage.wrongParams(request.method(), request.params()).ifPresent(wrong -> {
            throw JsonRpcException.malformed(JsonRpcErrorCodes.INVALID_PARAMS, wrong);
        });
        return method.answer(request, context);
    }

    private Uni<JsonObject> discover(StatelessMessage request) {
        JsonObject result = kept().put("supportedVersions", new JsonArray(Revision.SUPPORTED))
                .put("capabilities", introduction.capabilities());
        introduction.instructions().ifPresent(text -> result.put("instructions", text));
        return result(request, result);
    }

    private Uni<JsonObject> list(StatelessMessage request, String name, Iterable<? extends FeatureInfo> all) {
        if (request.params().getValue("cursor") != null) {
            return failure(request, "Invalid cursor: all is on one page", null);
        }
        JsonArray list = new JsonArray();
        all.forEach(info -> list.add(info.asJson()));
        return result(request, kept().put(name, list));
    }

    private Uni<JsonObject> read(StatelessMessage request) {
        String uri = request.params().getString("uri");
        return uri.equals(SkillAsResource.URI) ? result(request, kept().put("contents", skill.read().contents()))
                : failure(request, "Resource not found", new JsonObject().put("uri", uri));
    }

    private Uni<JsonObject> call(StatelessMessage request, RoutingContext context) {
        if (!request.params().getString("name").equals(TokenTool.NAME)) {
            return failure(request, "Unknown tool", null);
        }
        return tool.call(request.params().getJsonObject("arguments"), context)
                .map(response -> JsonRpc.result(request.id(), result(response)));
    }

    private JsonObject result(ToolResponse response) {
        JsonObject result = complete().put("content", response.content()).put("isError", response.isError());
        return response.structuredContent() == null ? result : result.put("structuredContent", response.structuredContent());
    }

    /** A result that a client may keep and show to everyone; never one with a token. */
    private JsonObject kept() {
        return complete().put("ttlMs", MILLIS_KEPT).put("cacheScope", "public");
    }

    private JsonObject complete() {
        return new JsonObject().put("resultType", "complete").put("_meta", meta);
    }

    private static Uni<JsonObject> result(StatelessMessage request, JsonObject result) {
        return Uni.createFrom().item(JsonRpc.result(request.id(), result));
    }

    private static Uni<JsonObject> failure(StatelessMessage request, String message, JsonObject data) {
        return Uni.createFrom()
                .item(JsonRpc.failure(request.id(), JsonRpc.error(JsonRpcErrorCodes.INVALID_PARAMS, message, data)));
    }
}
