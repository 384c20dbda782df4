package dev.leantokens.mcp.message;

import java.io.IOException;
import java.util.LinkedHashMap;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.leantokens.json.Surrogates;
import dev.leantokens.json.UncachedNames;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The body of a POST: a JSON-RPC 2.0 message or, before revision 2025-06-18, a batch of them.
 *
 * @param body the bytes received
 * @param json a {@link JsonObject} for one message, a {@link JsonArray} for a batch; other values are invalid
 */
public record McpMessage(byte[] body, Object json) {

    /** Unlike the extension's, refuses comments. */
    private static final JsonFactory JSON = UncachedNames.factory();
    /** The initial capacity that holds the members of most objects. */
    private static final int USUAL_MEMBERS = 8;
    /** Stands for a body that is not JSON. An exception would quote it. */
    private static final Object NOT_JSON = new Object();

    static McpMessage read(byte[] body) {
        return new McpMessage(body, parse(body));
    }

    private static Object parse(byte[] body) {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() == null) {
                return NOT_JSON;
            }
            Object value = value(parser);
            return parser.nextToken() == null ? value : NOT_JSON;
        } catch (IOException e) {
            return NOT_JSON;
        }
    }

    /** Recursive: the parser limits the depth. */
    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new IllegalStateException("not the start of a value");
        };
    }

    private static JsonObject object(JsonParser parser) throws IOException {
        JsonObject object = new JsonObject(new LinkedHashMap<>(USUAL_MEMBERS));
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            object.put(name, value(parser));
        }
        return object;
    }

    private static JsonArray array(JsonParser parser) throws IOException {
        JsonArray array = new JsonArray();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(parser));
        }
        return array;
    }

    /** @throws JsonRpcException unless the extension can handle it */
    public void requireValid() {
        if (json instanceof JsonObject message) {
            requireValid(message);
        } else if (json instanceof JsonArray batch && !batch.isEmpty()) {
            for (Object element : batch) {
                if (!(element instanceof JsonObject message)) {
                    throw JsonRpcException.invalidRequest("a batch must consist of objects");
                }
                requireValid(message);
            }
            if (batch.stream().map(message -> isResponse((JsonObject) message)).distinct().count() > 1) {
                // The extension takes all messages for what the first one is.
                throw JsonRpcException.invalidRequest("a batch must consist either of requests or of responses");
            }
        } else if (json == NOT_JSON) {
            throw JsonRpcException.invalid(JsonRpcErrorCodes.PARSE_ERROR, "the body is not JSON");
        } else {
            throw JsonRpcException.invalidRequest("the body must be a JSON-RPC message");
        }
    }

    private static void requireValid(JsonObject message) {
        requireJsonRpc(message);
        if (!isResponse(message)) {
            McpParams.problem(message.getString("method"), paramsOf(message)).ifPresent(problem -> {
                throw JsonRpcException.invalidParams(problem).withId(message.getValue("id"));
            });
        }
    }

    /** @throws JsonRpcException unless one message has the members that JSON-RPC 2.0 and MCP require */
    public static void requireJsonRpc(JsonObject message) {
        Object id = message.getValue("id");
        if (id != null && !isId(id)) {
            throw JsonRpcException.invalidRequest("id must be a string in UTF-8 or an integer of 64 bits");
        }
        if (!"2.0".equals(message.getValue("jsonrpc"))) {
            throw JsonRpcException.invalidRequest("jsonrpc must be 2.0").withId(id);
        }
        if (isResponse(message)) {
            // The extension numbers the requests that it sends.
            if (!(id instanceof Number)) {
                throw JsonRpcException.invalidRequest("no request with this id was sent");
            }
            return;
        }
        if (!(message.getValue("method") instanceof String)) {
            throw JsonRpcException.invalidRequest("method must be a string").withId(id);
        }
        Object params = message.getValue("params");
        if (params != null && !(params instanceof JsonObject)) {
            throw JsonRpcException.invalidParams("params must be an object").withId(id);
        }
    }

    public static boolean isResponse(JsonObject message) {
        return message.containsKey("result") || message.containsKey("error");
    }

    /** @return whether a request may have this id, so that its response can have the same one */
    public static boolean isId(Object id) {
        return id instanceof String text && Surrogates.arePaired(text) || id instanceof Integer || id instanceof Long;
    }

    /** @return the parameters of a valid message, empty if it has none */
    public static JsonObject paramsOf(JsonObject message) {
        JsonObject params = message.getJsonObject("params");
        return params == null ? new JsonObject() : params;
    }

    /** @return whether it consists of several messages */
    boolean isBatch() {
        return json instanceof JsonArray batch && batch.size() > 1;
    }

    /** @return whether it starts a session: whether it, or the first one of a batch, is a request to initialize */
    public boolean isInitialize() {
        return first() instanceof JsonObject message && "initialize".equals(message.getValue("method"))
                && message.getValue("id") != null && !isResponse(message);
    }

    /** @return the id of the message, or of the first one of a batch; null if it has none */
    public Object id() {
        return first() instanceof JsonObject message ? message.getValue("id") : null;
    }

    private Object first() {
        return json instanceof JsonArray batch && !batch.isEmpty() ? batch.getValue(0) : json;
    }

    /** Without the content, which can be secret. */
    @Override
    public String toString() {
        return "McpMessage[masked]";
    }
}
