package dev.leantokens.mcp.session;

import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import dev.leantokens.mcp.message.McpMessage;
import dev.leantokens.mcp.tool.McpMeters;
import dev.leantokens.mcp.tool.McpSpans;
import dev.leantokens.mcp.tool.SkillMethods;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkiverse.mcp.server.McpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * Brings requests of the Skills extension to {@link McpHandshake}. The MCP extension of Quarkus refuses methods that it does
 * not know before it calls a validator. So such a request is passed on as the parameters of one that it knows, and it is
 * subject to the same rules as all others: of sessions, of batches and of the older SSE transport. Thread-safe.
 */
@Singleton
public class SkillRequests {

    /** Only servers send it; the extension refuses it. */
    static final McpMethod CARRIER = McpMethod.ROOTS_LIST;

    private final SkillMethods methods;
    private final MeterRegistry registry;

    SkillRequests(SkillMethods methods, MeterRegistry registry) {
        this.methods = methods;
        this.registry = registry;
    }

    /** The extension counts the carriers; {@link #answer} counts the requests. */
    @Produces
    @Singleton
    static MeterFilter withoutCarriers() {
        return MeterFilter.denyNameStartsWith("mcp.server.requests.roots.list");
    }

    /** @return the body of a valid message, as the extension can handle it */
    public static byte[] body(McpMessage message) {
        if (message.json() instanceof JsonObject single) {
            return isCarried(single) ? carrier(single).toBuffer().getBytes() : message.body();
        }
        JsonArray batch = (JsonArray) message.json();
        if (batch.stream().noneMatch(element -> isCarried((JsonObject) element))) {
            return message.body();
        }
        JsonArray carried = new JsonArray();
        batch.stream().map(JsonObject.class::cast).forEach(each -> carried.add(isCarried(each) ? carrier(each) : each));
        return carried.toBuffer().getBytes();
    }

    /**
     * Includes the carrier's method, so that no client can send a carrier, and unknown notifications, to which the extension
     * would respond.
     */
    private static boolean isCarried(JsonObject message) {
        if (McpMessage.isResponse(message)) {
            return false;
        }
        McpMethod method = McpMethod.from(message.getString("method"));
        return method == CARRIER
                || method == null && (message.getValue("id") == null || isKnown(message.getString("method")));
    }

    /** Carries only what the methods use, so that it is not nested deeper than the parser allows. */
    private static JsonObject carrier(JsonObject message) {
        JsonObject params = McpMessage.paramsOf(message);
        JsonObject carrier = new JsonObject().put("jsonrpc", "2.0").put("method", CARRIER.jsonRpcName())
                .put("params", new JsonObject().put("method", message.getString("method"))
                        .put("uri", params.getString("uri")).put("cursor", params.getString("cursor"))
                        .put("_meta", McpSpans.metaOf(params)));
        Object id = message.getValue("id");
        return id == null ? carrier : carrier.put("id", id);
    }

    /** @return the name of a method that the extension handles, or of the one that it carries */
    static String methodOf(McpMethod method, JsonObject params) {
        return method == CARRIER && isKnown(params.getString("method")) ? params.getString("method") : method.jsonRpcName();
    }

    /** @return whether it is a method of the Skills extension */
    static boolean isKnown(String method) {
        return SkillMethods.NAMES.contains(method);
    }

    /** Answers and counts a request, as {@link SkillMethods#answer} does. */
    <T> T answer(String method, JsonObject params, Function<JsonObject, T> success, Function<String, T> error) {
        long start = System.nanoTime();
        T answer = methods.answer(method, params, success, error);
        McpMeters.timer(registry, method, Tags.empty()).record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        return answer;
    }
}
