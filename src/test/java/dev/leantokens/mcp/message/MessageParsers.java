package dev.leantokens.mcp.message;

import static dev.leantokens.hostile.input.Parser.require;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import dev.leantokens.hostile.input.Parser;
import dev.leantokens.hostile.input.Refusals;
import dev.leantokens.hostile.input.StrictJson;
import dev.leantokens.hostile.input.StrictJson.Members;
import dev.leantokens.hostile.input.StrictJson.Value;
import io.vertx.core.json.JsonObject;

/** Parsers of MCP messages. */
public final class MessageParsers {

    public static final Map<String, Parser> ALL = Map.of("mcp-message", MessageParsers::message, "accept",
            MessageParsers::accept);

    /** JSON-RPC's codes, and those of MCP. */
    private static final Set<Integer> CODES = Set.of(-32700, -32600, -32601, -32602, -32020, -32022);

    private static final Pattern USUAL = Pattern
            .compile("\\{\"jsonrpc\":\"2\\.0\"(?:,\"id\":(?:-?[1-9][0-9]{0,17}|\"[a-z ]*\"))?"
                    + ",\"method\":\"(?:ping|tools/list|notifications/[a-z]+)\"(?:,\"params\":\\{})?}");

    private MessageParsers() {
    }

    /** @return the message, not validated */
    public static McpMessage read(byte[] body) {
        return McpMessage.read(body);
    }

    private static void message(byte[] input) {
        String text = new String(input, UTF_8);
        Optional<Value> json = StrictJson.read(text.startsWith("\uFEFF") ? text.substring(1) : text);
        McpMessage message = McpMessage.read(input);
        require(message.toString().equals("McpMessage[masked]"), "a message is masked");
        message.isInitialize();
        message.isBatch();
        message.id();
        try {
            message.requireValid();
        } catch (JsonRpcException e) {
            boolean parseError = refused("mcp-message", e) == -32700;
            require(!parseError || json.filter(Value::usual).isEmpty(), "JSON is accepted");
            require(parseError || json.isPresent(), "only JSON is accepted");
            require(!USUAL.matcher(text).matches(), "a usual message is accepted");
            return;
        }
        require(json.isPresent(), "only JSON in UTF-8 is accepted");
        List<?> messages = json.get().value() instanceof List<?> batch ? batch : List.of(json.get().value());
        require(!messages.isEmpty(), "an empty batch is refused");
        messages.forEach(each -> valid((Members) each));
    }

    private static void valid(Members message) {
        require("2.0".equals(last("jsonrpc", message)), "the version is 2.0");
        Object id = last("id", message);
        require(id == null || id == StrictJson.NULL
                || id instanceof String text && new String(text.getBytes(UTF_8), UTF_8).equals(text)
                || id instanceof StrictJson.Number number && number.text().matches("-?\\d{1,19}"),
                "an id is a string or a long");
        require(last("result", message) != null || last("error", message) != null || last("method", message) instanceof String,
                "a message is a request, a notification or a response");
    }

    private static Object last(String name, Members object) {
        List<Object> values = object.named(name);
        return values.isEmpty() ? null : values.get(values.size() - 1);
    }

    /**
     * Checks a refusal.
     *
     * @return its code
     */
    public static int refused(String parser, JsonRpcException refusal) {
        Refusals.check(parser, refusal.getMessage());
        require(refusal.error().status() < 500, "input is no fault of this service");
        JsonObject response = new JsonObject(refusal.response().toBuffer());
        int code = response.getJsonObject("error").getInteger("code");
        require(CODES.contains(code), "the code is documented");
        return code;
    }

    /** Lines are headers. */
    private static void accept(byte[] input) {
        List<String> headers = List.of(new String(input, ISO_8859_1).split("\n", -1));
        AcceptHeader.accepts(headers, "text/event-stream");
        String all = String.join(",", headers);
        require(AcceptHeader.accepts(headers, "application/json") == AcceptHeader.accepts(List.of(all), "application/json"),
                "several headers are one list");
        require(AcceptHeader.accepts(List.of(all, "application/json"), "application/json"), "a type that is named is accepted");
    }
}
