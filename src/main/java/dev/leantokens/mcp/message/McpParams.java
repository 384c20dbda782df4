package dev.leantokens.mcp.message;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The types of parameters in MCP's schema, as far as the extension relies on them: it leaves a request unanswered, with a
 * stack trace in the log, if one has another type.
 */
public final class McpParams {

    /** Parameters that are objects in every method. */
    private static final List<String> OBJECTS = List.of("arguments", "_meta", "clientInfo", "capabilities", "ref", "argument",
            "context");
    /** Parameters that are strings in every method. */
    private static final List<String> STRINGS = List.of("name", "uri", "cursor", "protocolVersion", "level", "reason");
    /** Required parameters by method. */
    private static final Map<String, List<String>> REQUIRED = Map.of(
            "initialize", List.of("protocolVersion", "clientInfo"),
            "tools/call", List.of("name"),
            "prompts/get", List.of("name"),
            "resources/read", List.of("uri"),
            "resources/subscribe", List.of("uri"),
            "resources/unsubscribe", List.of("uri"),
            "resources/directory/read", List.of("uri"),
            "skills/get", List.of("uri"),
            "completion/complete", List.of("ref", "argument"),
            "logging/setLevel", List.of("level"));

    private static final Set<Object> ICON_THEMES = Set.of("light", "dark");

    private McpParams() {
    }

    /** @return what is wrong with the parameters; empty if they are valid or the method is unknown */
    public static Optional<String> problem(String method, JsonObject params) {
        for (String name : OBJECTS) {
            Object value = params.getValue(name);
            if (value != null && !(value instanceof JsonObject)) {
                return Optional.of("params." + name + " must be an object");
            }
        }
        for (String name : STRINGS) {
            Object value = params.getValue(name);
            if (value != null && !(value instanceof String)) {
                return Optional.of("params." + name + " must be a string");
            }
        }
        for (String name : REQUIRED.getOrDefault(method, List.of())) {
            if (params.getValue(name) == null) {
                return Optional.of("params." + name + " is missing");
            }
        }
        if (method.equals("completion/complete")) {
            return completionProblem(params.getJsonObject("ref"), params.getJsonObject("argument"));
        }
        return params.getValue("clientInfo") instanceof JsonObject client ? clientProblem(client) : Optional.empty();
    }

    private static Optional<String> completionProblem(JsonObject reference, JsonObject argument) {
        if (!(reference.getValue("type") instanceof String)) {
            return Optional.of("params.ref must have a type that is a string");
        }
        return argument.getValue("name") instanceof String && argument.getValue("value") instanceof String
                ? Optional.empty()
                : Optional.of("params.argument must have a name and a value that are strings");
    }

    private static Optional<String> clientProblem(JsonObject client) {
        if (!isImplementation(client)) {
            return Optional.of("params.clientInfo must have a name and a version that are strings");
        }
        return isNullOr(client.getValue("icons"), McpParams::areIcons)
                ? Optional.empty()
                : Optional.of("params.clientInfo.icons must be a list of icons");
    }

    /** @return whether it is an {@code Implementation} of MCP's schema, apart from its icons */
    public static boolean isImplementation(Object client) {
        return client instanceof JsonObject info && info.getValue("name") instanceof String
                && info.getValue("version") instanceof String;
    }

    private static boolean areIcons(Object icons) {
        return icons instanceof JsonArray list && list.stream().allMatch(element -> element instanceof JsonObject icon
                && icon.getValue("src") instanceof String
                && isNullOr(icon.getValue("sizes"), sizes -> sizes instanceof JsonArray texts
                        && texts.stream().allMatch(String.class::isInstance))
                && isNullOr(icon.getValue("theme"), ICON_THEMES::contains));
    }

    private static boolean isNullOr(Object value, Predicate<Object> test) {
        return value == null || test.test(value);
    }
}
