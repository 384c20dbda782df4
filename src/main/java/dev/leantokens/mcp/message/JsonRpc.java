package dev.leantokens.mcp.message;

import java.nio.charset.StandardCharsets;

import jakarta.inject.Singleton;

import dev.leantokens.http.RequestLog;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Sends JSON-RPC 2.0 responses over HTTP. Thread-safe. */
@Singleton
public class JsonRpc {

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final byte[] BEFORE_ID = "{\"jsonrpc\":\"2.0\",\"id\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BEFORE_RESULT = ",\"result\":".getBytes(StandardCharsets.US_ASCII);

    private final RequestLog log;

    JsonRpc(RequestLog log) {
        this.log = log;
    }

    /** @return the response with a result */
    public static JsonObject result(Object id, JsonObject result) {
        return response(id).put("result", result);
    }

    /**
     * Writes a result that is already rendered, which costs a fraction of rendering it.
     *
     * @param result JSON in UTF-8, in parts
     * @return the response with this result
     */
    public static Buffer result(Object id, byte[]... result) {
        byte[] renderedId = id instanceof Number ? id.toString().getBytes(StandardCharsets.US_ASCII)
                : Json.encodeToBuffer(id).getBytes();
        int length = BEFORE_ID.length + renderedId.length + BEFORE_RESULT.length + 1;
        for (byte[] part : result) {
            length += part.length;
        }
        Buffer response = Buffer.buffer(length).appendBytes(BEFORE_ID).appendBytes(renderedId).appendBytes(BEFORE_RESULT);
        for (byte[] part : result) {
            response.appendBytes(part);
        }
        return response.appendByte((byte) '}');
    }

    /**
     * @param id the request's id, or null if it has no valid one: the response then has no id, as in MCP since 2025-11-25
     * @return the response with an error
     */
    public static JsonObject error(Object id, int code, String message) {
        return error(id, code, message, null);
    }

    /** @param data further information about the error, or null */
    public static JsonObject error(Object id, int code, String message, JsonObject data) {
        JsonObject error = new JsonObject().put("code", code).put("message", message);
        return response(id).put("error", data == null ? error : error.put("data", data));
    }

    private static JsonObject response(Object id) {
        JsonObject response = new JsonObject().put("jsonrpc", "2.0");
        return id == null ? response : response.put("id", id);
    }

    /** Ends the request with a response. */
    public static void send(RoutingContext context, JsonObject response) {
        send(context, response.toBuffer());
    }

    /** Ends the request with a response. */
    public static void send(RoutingContext context, Buffer response) {
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, JSON).end(response);
    }

    /** Logs that a request is refused and ends it with the error. */
    public void refuse(RoutingContext context, JsonRpcException refusal) {
        fail(context, refusal.error().because(refusal.getMessage()), refusal.response());
    }

    /** Logs that a request has failed and ends it with an error that does not say why. */
    public void fail(RoutingContext context, Throwable failure, Object id) {
        fail(context, failure, error(id, JsonRpcErrorCodes.INTERNAL_ERROR, "Internal error"));
    }

    private void fail(RoutingContext context, Throwable failure, JsonObject response) {
        context.response().setStatusCode(log.record(context, failure).response().status());
        send(context, response);
    }
}
