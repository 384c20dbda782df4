package dev.leantokens.mcp;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * What came in one POST of an MCP client: a JSON-RPC 2.0 message or, before revision 2025-06-18, a batch of them. Knows
 * only as much of MCP as is needed to tell whether the members have the types that the specification gives them.
 *
 * @param problem what is wrong with it; empty if it can be handed on
 */
record McpMessage(Optional<Problem> problem) {

    /**
     * @param id the message's id, null if it has none or cannot be told
     * @param code the JSON-RPC error code
     * @param message what is wrong, without a value that was received
     */
    record Problem(Object id, int code, String message) {

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

    /** What an icon of the client's can be made for. */
    private static final Set<Object> THEMES = Set.of("light", "dark");

    static McpMessage read(Buffer body) {
        Object json;
        try {
            json = Json.decodeValue(body);
        } catch (DecodeException e) {
            // Without the exception: its message quotes the input.
            return wrong(null, JsonRpcErrorCodes.PARSE_ERROR, "the body is not JSON");
        }
        if (json instanceof JsonObject message) {
            return new McpMessage(problemOf(message));
        }
        if (json instanceof JsonArray batch && !batch.isEmpty()) {
            for (Object element : batch) {
                Optional<Problem> problem = element instanceof JsonObject message
                        ? problemOf(message)
                        : Optional.of(new Problem(null, JsonRpcErrorCodes.INVALID_REQUEST, "a batch consists of objects"));
                if (problem.isPresent()) {
                    return new McpMessage(problem);
                }
            }
            return new McpMessage(Optional.empty());
        }
        return wrong(null, JsonRpcErrorCodes.INVALID_REQUEST, "the body must be a JSON-RPC message");
    }

    private static McpMessage wrong(Object id, int code, String message) {
        return new McpMessage(Optional.of(new Problem(id, code, message)));
    }

    private static Optional<Problem> problemOf(JsonObject message) {
        Object id = message.getValue("id");
        if (id != null && !(id instanceof String || id instanceof Integer || id instanceof Long)) {
            return Optional.of(new Problem(null, JsonRpcErrorCodes.INVALID_REQUEST, "id must be a string or a whole number"));
        }
        if (!"2.0".equals(message.getValue("jsonrpc"))) {
            return Optional.of(new Problem(id, JsonRpcErrorCodes.INVALID_REQUEST, "jsonrpc must be 2.0"));
        }
        if (message.containsKey("result") || message.containsKey("error")) {
            // A response to a request of the server's, whose ids are numbers.
            return id instanceof Number ? Optional.empty()
                    : Optional.of(new Problem(null, JsonRpcErrorCodes.INVALID_REQUEST, "no request of this id was sent"));
        }
        if (!(message.getValue("method") instanceof String method)) {
            return Optional.of(new Problem(id, JsonRpcErrorCodes.INVALID_REQUEST, "method must be a string"));
        }
        Object params = message.getValue("params");
        if (params != null && !(params instanceof JsonObject)) {
            return Optional.of(new Problem(id, JsonRpcErrorCodes.INVALID_PARAMS, "params must be an object"));
        }
        return wrongParams(method, params == null ? new JsonObject() : (JsonObject) params)
                .map(wrong -> new Problem(id, JsonRpcErrorCodes.INVALID_PARAMS, wrong));
    }

    private static Optional<String> wrongParams(String method, JsonObject params) {
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
