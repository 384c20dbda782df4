package dev.leantokens.mcp;

import io.vertx.core.json.JsonObject;

/** Answers of JSON-RPC 2.0, as MCP has them. */
public final class JsonRpc {

    private JsonRpc() {
    }

    public static JsonObject result(Object id, JsonObject result) {
        return answer(id).put("result", result);
    }

    /**
     * @param id the request's; null if it has none, or none that can be told. Then the answer has none, as MCP has it since
     *        revision 2025-11-25; before, none would have been right
     */
    public static JsonObject failure(Object id, JsonObject error) {
        return answer(id).put("error", error);
    }

    /** @param data what else there is to say; null if nothing */
    public static JsonObject error(int code, String message, JsonObject data) {
        JsonObject error = new JsonObject().put("code", code).put("message", message);
        return data == null ? error : error.put("data", data);
    }

    private static JsonObject answer(Object id) {
        JsonObject answer = new JsonObject().put("jsonrpc", "2.0");
        return id == null ? answer : answer.put("id", id);
    }
}
