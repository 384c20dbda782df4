package dev.leantokens.mcp;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;

import dev.leantokens.json.UncachedNames;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * What came in one POST of an MCP client: a JSON-RPC 2.0 message or, before revision 2025-06-18, a batch of them. Knows
 * only as much of MCP as is needed to tell whether the members have the types that the specification gives them. It is read
 * once, for all that have to look at it.
 *
 * @param body as it came
 * @param json what is in it: a {@link JsonObject} if it is one message, a {@link JsonArray} if it is a batch, or anything else
 */
public record McpMessage(Buffer body, Object json) {

    /**
     * @param id the message's id, null if it has none or cannot be told
     * @param code the JSON-RPC error code
     * @param message what is wrong, without a value that was received
     */
    public record Problem(Object id, int code, String message) {

        /** Without the id, which is what a client likes. */
        @Override
        public String toString() {
            return "Problem[" + code + " " + message + "]";
        }
    }

    /** Members of {@code params} that are objects wherever they occur. */
    private static final Set<String> OBJECTS = Set.of("arguments", "_meta", "clientInfo", "capabilities", "ref", "argument",
            "context");
    /** Members of {@code params} that are strings wherever they occur. */
    private static final Set<String> STRINGS = Set.of("name", "uri", "cursor", "protocolVersion", "level", "reason");
    /** Members of {@code params} without which a method makes no sense. */
    private static final Map<String, List<String>> REQUIRED = Map.of(
            "initialize", List.of("protocolVersion", "clientInfo"),
            "tools/call", List.of("name"),
            "prompts/get", List.of("name"),
            "resources/read", List.of("uri"),
            "resources/subscribe", List.of("uri"),
            "resources/unsubscribe", List.of("uri"),
            "completion/complete", List.of("ref", "argument"),
            "logging/setLevel", List.of("level"));

    private static final String KEY = McpMessage.class.getName();
    /** What Vert.x and the extension read by takes comments, and whatever comes after the first value. */
    private static final ObjectReader STRICT = UncachedNames.mapper().build().reader()
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    /** Stands for a body that cannot be read. An exception would quote it. */
    private static final Object NOT_JSON = new Object();

    /** What an icon of the client's can be made for. */
    private static final Set<Object> THEMES = Set.of("light", "dark");

    static McpMessage read(Buffer body) {
        try {
            return new McpMessage(body, wrapped(STRICT.readValue(body.getBytes(), Object.class)));
        } catch (IOException e) {
            return new McpMessage(body, NOT_JSON);
        }
    }

    @SuppressWarnings("unchecked")
    private static Object wrapped(Object value) {
        return value instanceof Map<?, ?> members ? new JsonObject((Map<String, Object>) members)
                : value instanceof List<?> elements ? new JsonArray(elements) : value;
    }

    void keepIn(RoutingContext context) {
        context.put(KEY, this);
    }

    /** @return what has come in the body of a POST, which the filter before has read */
    public static McpMessage of(RoutingContext context) {
        return context.get(KEY);
    }

    /** @return what is wrong with it; empty if it can be handed on */
    public Optional<Problem> problem() {
        if (json instanceof JsonObject message) {
            return problemOf(message);
        }
        if (json instanceof JsonArray batch && !batch.isEmpty()) {
            for (Object element : batch) {
                Optional<Problem> problem = element instanceof JsonObject message
                        ? problemOf(message)
                        : wrong(JsonRpcErrorCodes.INVALID_REQUEST, "a batch consists of objects");
                if (problem.isPresent()) {
                    return problem;
                }
            }
            return Optional.empty();
        }
        return json == NOT_JSON ? wrong(JsonRpcErrorCodes.PARSE_ERROR, "the body is not JSON")
                : wrong(JsonRpcErrorCodes.INVALID_REQUEST, "the body must be a JSON-RPC message");
    }

    /** @return whether it consists of several messages */
    boolean isBatch() {
        return json instanceof JsonArray batch && batch.size() > 1;
    }

    /** @return whether it begins a session */
    public boolean begins() {
        return first() instanceof JsonObject message && "initialize".equals(message.getValue("method"));
    }

    /** @return the id of what it begins with, null if that has none */
    public Object id() {
        return first() instanceof JsonObject message ? message.getValue("id") : null;
    }

    private Object first() {
        return json instanceof JsonArray batch && !batch.isEmpty() ? batch.getValue(0) : json;
    }

    private static Optional<Problem> wrong(int code, String message) {
        return Optional.of(new Problem(null, code, message));
    }

    /** Neither the body nor what is in it, which can be secrets. */
    @Override
    public String toString() {
        return "McpMessage[masked]";
    }

    private static Optional<Problem> problemOf(JsonObject message) {
        return wrongShape(message).or(() -> wrongParams(message).map(
                wrong -> new Problem(message.getValue("id"), JsonRpcErrorCodes.INVALID_PARAMS, wrong)));
    }

    /** @return what is wrong with one message in the eyes of JSON-RPC; empty if nothing is */
    public static Optional<Problem> wrongShape(JsonObject message) {
        Object id = message.getValue("id");
        if (id != null && !isId(id)) {
            return wrong(JsonRpcErrorCodes.INVALID_REQUEST, "id must be a string or a whole number of 64 bits");
        }
        if (!"2.0".equals(message.getValue("jsonrpc"))) {
            return Optional.of(new Problem(id, JsonRpcErrorCodes.INVALID_REQUEST, "jsonrpc must be 2.0"));
        }
        if (isResponse(message)) {
            // A response to a request of the server's, whose ids are numbers.
            return id instanceof Number ? Optional.empty()
                    : wrong(JsonRpcErrorCodes.INVALID_REQUEST, "no request of this id was sent");
        }
        if (!(message.getValue("method") instanceof String)) {
            return Optional.of(new Problem(id, JsonRpcErrorCodes.INVALID_REQUEST, "method must be a string"));
        }
        Object params = message.getValue("params");
        return params == null || params instanceof JsonObject ? Optional.empty()
                : Optional.of(new Problem(id, JsonRpcErrorCodes.INVALID_PARAMS, "params must be an object"));
    }

    public static boolean isResponse(JsonObject message) {
        return message.containsKey("result") || message.containsKey("error");
    }

    /** @return whether a request can have this id */
    public static boolean isId(Object id) {
        return id instanceof String || id instanceof Integer || id instanceof Long;
    }

    /** @return the parameters of a message of the right shape, empty if it has none */
    public static JsonObject paramsOf(JsonObject message) {
        JsonObject params = message.getJsonObject("params");
        return params == null ? new JsonObject() : params;
    }

    private static Optional<String> wrongParams(JsonObject message) {
        return isResponse(message) ? Optional.empty() : wrongParams(message.getString("method"), paramsOf(message));
    }

    /**
     * @return what is wrong with the parameters that a method is called with; empty if nothing is, or nothing is known of it
     */
    public static Optional<String> wrongParams(String method, JsonObject params) {
        for (String name : OBJECTS) {
            if (params.getValue(name) != null && !(params.getValue(name) instanceof JsonObject)) {
                return Optional.of("params." + name + " must be an object");
            }
        }
        for (String name : STRINGS) {
            if (params.getValue(name) != null && !(params.getValue(name) instanceof String)) {
                return Optional.of("params." + name + " must be a string");
            }
        }
        for (String name : REQUIRED.getOrDefault(method, List.of())) {
            if (params.getValue(name) == null) {
                return Optional.of("params." + name + " is missing");
            }
        }
        return params.getValue("clientInfo") instanceof JsonObject client ? wrongClient(client) : Optional.empty();
    }

    private static Optional<String> wrongClient(JsonObject client) {
        if (!(client.getValue("name") instanceof String && client.getValue("version") instanceof String)) {
            return Optional.of("params.clientInfo must have a name and a version that are strings");
        }
        return isNullOr(client.getValue("icons"), McpMessage::areIcons)
                ? Optional.empty()
                : Optional.of("params.clientInfo.icons must be a list of icons");
    }

    private static boolean areIcons(Object icons) {
        return icons instanceof JsonArray list && list.stream().allMatch(element -> element instanceof JsonObject icon
                && icon.getValue("src") instanceof String
                && isNullOr(icon.getValue("sizes"), sizes -> sizes instanceof JsonArray texts
                        && texts.stream().allMatch(String.class::isInstance))
                && isNullOr(icon.getValue("theme"), THEMES::contains));
    }

    private static boolean isNullOr(Object value, Predicate<Object> test) {
        return value == null || test.test(value);
    }
}
