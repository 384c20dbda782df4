package dev.leantokens.mcp.stateless;

import dev.leantokens.error.TokenError;
import dev.leantokens.mcp.JsonRpc;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * A request is not served as it is. Its message says why, without a value that was received, and goes into the log as well
 * as to the client.
 */
final class JsonRpcException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Codes of revision 2026-07-28, "Error Codes". */
    private static final int HEADER_MISMATCH = -32020;
    private static final int UNSUPPORTED_PROTOCOL_VERSION = -32022;

    private final TokenError error;
    private final int code;
    private final transient JsonObject data;

    private JsonRpcException(TokenError error, int code, String message, JsonObject data) {
        super(message, null, false, false);
        this.error = error;
        this.code = code;
        this.data = data;
    }

    /** It is no message that could be served: not a request or notification of JSON-RPC 2.0, for one. */
    static JsonRpcException malformed(int code, String message) {
        return new JsonRpcException(TokenError.INVALID_REQUEST, code, message, null);
    }

    /** Something is missing in the metadata that each request carries, or of the wrong type. */
    static JsonRpcException metadata(String message) {
        return malformed(JsonRpcErrorCodes.INVALID_PARAMS, message);
    }

    /** A header is missing, malformed, or does not say what the body says. */
    static JsonRpcException header(String message) {
        return malformed(HEADER_MISMATCH, "Header mismatch: " + message);
    }

    /** @param requested the revision that the request is of, which the client is told again */
    static JsonRpcException revision(String requested) {
        return new JsonRpcException(TokenError.INVALID_REQUEST, UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version",
                new JsonObject().put("supported", new JsonArray(Revision.SUPPORTED)).put("requested", requested));
    }

    static JsonRpcException unknownMethod() {
        return new JsonRpcException(TokenError.NOT_FOUND, JsonRpcErrorCodes.METHOD_NOT_FOUND, "Method not found", null);
    }

    /** @return what it counts as; its status is the answer's */
    TokenError error() {
        return error;
    }

    /** @return the error of JSON-RPC */
    JsonObject json() {
        return JsonRpc.error(code, getMessage(), data);
    }
}
