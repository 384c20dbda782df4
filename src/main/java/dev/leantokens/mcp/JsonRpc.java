package dev.leantokens.mcp.modern;

import io.vertx.core.json.JsonObject;

/** Messages of JSON-RPC 2.0, as revision 2026-07-28 has them. */
final class JsonRpc {

    private JsonRpc() {
    }

    static JsonObject result(Object id, JsonObject result) {
        return answer(id).put("result", result);
    }

    /** @param id the request's; null if it has none, or none that can be told, and then the answer has none */
    static JsonObject failure(Object id, JsonObject error) {
        return answer(id).put("error", error);
    }

    /** @param data what else there is to say; null if nothing */
    static JsonObject error(int code, String message, JsonObject data) {
        JsonObject error = new JsonObject().put("code", code).put("message", message);
        return data == null ? error : error.put("data", data);
    }

    private static JsonObject answer(Object id) {
        JsonObject answer = new JsonObject().put("jsonrpc", "2.0");
        return id == null ? answer : answer.put("id", id);
    }
}
