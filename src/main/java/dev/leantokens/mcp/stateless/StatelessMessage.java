package dev.leantokens.mcp.stateless;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.leantokens.error.TokenError;
import dev.leantokens.mcp.message.JsonRpcException;
import dev.leantokens.mcp.message.McpMessage;
import dev.leantokens.mcp.message.McpParams;
import io.quarkiverse.mcp.server.runtime.McpMessageHandler;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * A request or notification of revision 2026-07-28. Its metadata names the revision and the client's capabilities, and its
 * headers agree with the message.
 *
 * @param id the request's id; null for a notification
 * @param params the parameters, empty if it has none
 */
record StatelessMessage(Object id, String method, JsonObject params) {

    static final String REVISION = "2026-07-28";

    /** The supported revisions, with a handshake and without, newest first. */
    static final List<String> SUPPORTED = Stream.concat(Stream.of(REVISION),
            McpMessageHandler.SUPPORTED_PROTOCOL_VERSIONS.stream()).toList();

    private static final String META = "_meta";
    private static final String VERSION = "io.modelcontextprotocol/protocolVersion";
    private static final String CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
    private static final String CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";

    /** An error code of revision 2026-07-28. */
    private static final int UNSUPPORTED_PROTOCOL_VERSION = -32022;

    /** The parameter that the header {@code Mcp-Name} repeats, by method. */
    private static final Map<String, String> NAMES = Map.of("tools/call", "name", "prompts/get", "name", "resources/read",
            "uri");

    /** @return whether the metadata of a message, or of one in a batch, names a revision other than the extension's */
    static boolean namesStatelessRevision(Object json) {
        if (json instanceof JsonArray batch) {
            return batch.stream().anyMatch(StatelessMessage::namesStatelessRevision);
        }
        return json instanceof JsonObject message
                && message.getValue("params") instanceof JsonObject params
                && params.getValue(META) instanceof JsonObject meta
                && meta.getValue(VERSION) != null
                && !McpMessageHandler.SUPPORTED_PROTOCOL_VERSIONS.contains(meta.getValue(VERSION));
    }

    /** @throws JsonRpcException without an id, for the first rule that the message breaks; the most helpful rules come first */
    static StatelessMessage read(JsonObject message, StatelessHeaders headers) {
        McpMessage.requireJsonRpc(message);
        if (McpMessage.isResponse(message)) {
            throw JsonRpcException.invalidRequest("responses are not accepted, since no requests are sent");
        }
        Object id = message.getValue("id");
        if (id == null && message.containsKey("id")) {
            throw JsonRpcException.invalidRequest("id must not be null");
        }
        StatelessMessage read = new StatelessMessage(id, message.getString("method"), McpMessage.paramsOf(message));
        String revision = read.requireRevision(headers);
        // The revision does not define which headers a notification has.
        if (!read.isNotification()) {
            read.requireMetadata(revision);
            read.requireHeaders(headers);
        }
        return read;
    }

    /** @return the id to answer with; null for a response, or anything without a valid id */
    static Object idOf(Object json) {
        return json instanceof JsonObject message && !McpMessage.isResponse(message) && McpMessage.isId(message.getValue("id"))
                ? message.getValue("id")
                : null;
    }

    boolean isNotification() {
        return id == null;
    }

    /** @return the revision that the metadata names; null if it names none */
    private String requireRevision(StatelessHeaders headers) {
        Object value = meta().getValue(VERSION);
        if (value != null && !(value instanceof String)) {
            throw invalidMeta(VERSION, "must be a string");
        }
        String revision = (String) value;
        String header = headers.version();
        if (revision != null && header != null) {
            StatelessHeaders.require(StatelessHeaders.VERSION, header, revision, "params._meta");
        }
        // Precedes the check for missing headers, so that the client learns the supported revisions.
        String requested = revision == null ? header : revision;
        if (!requested.equals(REVISION)) {
            throw new JsonRpcException(TokenError.INVALID_REQUEST, UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version",
                    new JsonObject().put("supported", new JsonArray(SUPPORTED)).put("requested", requested));
        }
        return revision;
    }

    private void requireMetadata(String revision) {
        if (revision == null) {
            throw invalidMeta(VERSION, "is missing");
        }
        Object capabilities = meta().getValue(CLIENT_CAPABILITIES);
        if (!(capabilities instanceof JsonObject)) {
            throw invalidMeta(CLIENT_CAPABILITIES, capabilities == null ? "is missing" : "must be an object");
        }
        Object client = meta().getValue(CLIENT_INFO);
        if (client != null && !McpParams.isImplementation(client)) {
            throw invalidMeta(CLIENT_INFO, "must have a name and a version that are strings");
        }
    }

    private void requireHeaders(StatelessHeaders headers) {
        StatelessHeaders.require(StatelessHeaders.VERSION, headers.version(), REVISION, "params._meta");
        headers.requireMethod(method);
        String member = NAMES.get(method);
        if (member != null && params.getValue(member) instanceof String name) {
            headers.requireName(name, "params." + member);
        }
    }

    private JsonObject meta() {
        return params.getValue(META) instanceof JsonObject meta ? meta : new JsonObject();
    }

    private static JsonRpcException invalidMeta(String member, String problem) {
        return JsonRpcException.invalidParams("params._meta." + member + " " + problem);
    }

    /** Without the params, which can have secrets, and the id, which the client chooses. */
    @Override
    public String toString() {
        return "StatelessMessage[" + (isNotification() ? "notification" : "request") + "]";
    }
}
