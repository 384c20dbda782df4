package dev.leantokens.mcp.message;

import dev.leantokens.error.TokenError;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.vertx.core.json.JsonObject;

/**
 * Refuses a request with a JSON-RPC error. The message goes to the client and into the log, so it never quotes the request.
 */
public final class JsonRpcException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final TokenError error;
    private final int code;
    private final transient Object id;
    private final transient JsonObject data;

    /**
     * @param error what the refusal is counted as; its status is the response's
     * @param data further information about the error, or null
     */
    public JsonRpcException(TokenError error, int code, String message, JsonObject data) {
        this(error, code, message, data, null);
    }

    private JsonRpcException(TokenError error, int code, String message, JsonObject data, Object id) {
        super(message, null, false, false);
        this.error = error;
        this.code = code;
        this.id = id;
        this.data = data;
    }

    /** Refuses with {@link TokenError#INVALID_REQUEST} and this code. */
    static JsonRpcException invalid(int code, String message) {
        return new JsonRpcException(TokenError.INVALID_REQUEST, code, message, null);
    }

    /** Refuses what is not a valid JSON-RPC message. */
    public static JsonRpcException invalidRequest(String message) {
        return invalid(JsonRpcErrorCodes.INVALID_REQUEST, message);
    }

    /** Refuses invalid parameters. */
    public static JsonRpcException invalidParams(String message) {
        return invalid(JsonRpcErrorCodes.INVALID_PARAMS, message);
    }

    /** @return the same refusal, for the request with this id; null if its id is missing or invalid */
    public JsonRpcException withId(Object requestId) {
        return new JsonRpcException(error, code, getMessage(), data, requestId);
    }

    /** @return what the refusal is counted as; its status is the response's */
    TokenError error() {
        return error;
    }

    /** @return the JSON-RPC response */
    public JsonObject response() {
        return JsonRpc.error(id, code, getMessage(), data);
    }
}
