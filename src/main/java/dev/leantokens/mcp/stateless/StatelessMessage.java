package dev.leantokens.mcp.stateless;

import java.util.Map;
import java.util.Optional;

import dev.leantokens.mcp.McpMessage;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * A request or notification that keeps all rules of revision 2026-07-28 for what each of them carries: its revision and the
 * client's capabilities in its metadata, and what it is in headers again.
 *
 * @param id the request's; null if it is a notification
 * @param params empty if there are none
 */
record StatelessMessage(Object id, String method, JsonObject params) {

    private static final String META = "_meta";
    private static final String VERSION = "io.modelcontextprotocol/protocolVersion";
    private static final String CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
    private static final String CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";

    /** What the header {@code Mcp-Name} says again, by method. */
    private static final Map<String, String> NAMES = Map.of("tools/call", "name", "prompts/get", "name", "resources/read",
            "uri");

    /**
     * @return whether what came is meant for this package: its metadata or its header names a revision, and none of those that
     *         are agreed on by a handshake
     */
    static boolean isMeant(McpMessage message, RequestHeaders headers) {
        return headers.nameRevisionOfNoHandshake() || claims(message.json());
    }

    private static boolean claims(Object json) {
        if (json instanceof JsonArray batch) {
            return batch.stream().anyMatch(StatelessMessage::claims);
        }
        return json instanceof JsonObject message
                && message.getValue("params") instanceof JsonObject params
                && params.getValue(META) instanceof JsonObject meta
                && meta.getValue(VERSION) != null
                && !(meta.getValue(VERSION) instanceof String revision && Revision.isOfTheHandshake(revision));
    }

    /** @throws JsonRpcException if a rule is broken; of several, for the one that a client can make most of */
    static StatelessMessage read(JsonObject message, RequestHeaders headers) {
        McpMessage.wrongShape(message).ifPresent(problem -> {
            throw JsonRpcException.malformed(problem.code(), problem.message());
        });
        if (McpMessage.isResponse(message)) {
            throw JsonRpcException.malformed(JsonRpcErrorCodes.INVALID_REQUEST,
                    "responses are not taken, since no requests are sent");
        }
        Object id = message.getValue("id");
        if (id == null && message.containsKey("id")) {
            throw JsonRpcException.malformed(JsonRpcErrorCodes.INVALID_REQUEST, "id must not be null");
        }
        StatelessMessage read = new StatelessMessage(id, message.getString("method"), McpMessage.paramsOf(message));
        Optional<String> claimed = read.requireRevision(headers);
        // Which headers a notification has, the revision does not say.
        if (!read.isNotification()) {
            read.requireMetadata(claimed);
            read.requireHeaders(headers);
        }
        return read;
    }

    /** @return the id of a request, as far as it has one that can be told; a response's is not ours to answer by */
    static Object idOf(JsonObject message) {
        Object id = McpMessage.isResponse(message) ? null : message.getValue("id");
        return McpMessage.isId(id) ? id : null;
    }

    boolean isNotification() {
        return id == null;
    }

    /** @return the revision that the metadata names */
    private Optional<String> requireRevision(RequestHeaders headers) {
        Object claim = meta().getValue(VERSION);
        if (claim != null && !(claim instanceof String)) {
            throw JsonRpcException.metadata("params._meta." + VERSION + " must be a string");
        }
        Optional<String> claimed = Optional.ofNullable((String) claim);
        Optional<String> header = headers.version();
        if (claimed.isPresent() && header.isPresent()) {
            RequestHeaders.require(RequestHeaders.VERSION, header, claimed.get(), "params._meta");
        }
        // Before a header is missed: the client learns what to speak instead.
        String requested = claimed.or(() -> header).orElseThrow();
        if (!requested.equals(Revision.MODERN)) {
            throw JsonRpcException.revision(requested);
        }
        return claimed;
    }

    private void requireMetadata(Optional<String> claimed) {
        if (claimed.isEmpty()) {
            throw JsonRpcException.metadata("params._meta." + VERSION + " is missing");
        }
        Object capabilities = meta().getValue(CLIENT_CAPABILITIES);
        if (capabilities == null) {
            throw JsonRpcException.metadata("params._meta." + CLIENT_CAPABILITIES + " is missing");
        }
        if (!(capabilities instanceof JsonObject)) {
            throw JsonRpcException.metadata("params._meta." + CLIENT_CAPABILITIES + " must be an object");
        }
        Object client = meta().getValue(CLIENT_INFO);
        if (client != null && !(client instanceof JsonObject info && info.getValue("name") instanceof String
                && info.getValue("version") instanceof String)) {
            throw JsonRpcException.metadata("params._meta." + CLIENT_INFO + " must have a name and a version that are strings");
        }
    }

    private void requireHeaders(RequestHeaders headers) {
        RequestHeaders.require(RequestHeaders.VERSION, headers.version(), Revision.MODERN, "params._meta");
        headers.requireMethod(method);
        String member = NAMES.get(method);
        if (member != null && params.getValue(member) instanceof String name) {
            headers.requireName(name, "params." + member);
        }
    }

    private JsonObject meta() {
        return params.getValue(META) instanceof JsonObject meta ? meta : new JsonObject();
    }

    /** Without the params, which can have secrets, and the id, which is what a client likes. */
    @Override
    public String toString() {
        return "StatelessMessage[" + (isNotification() ? "notification" : "request") + "]";
    }
}
