package dev.leantokens.mcp.stateless;

import static dev.leantokens.hostile.input.Parser.require;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Map;

import dev.leantokens.hostile.input.Parser;
import dev.leantokens.mcp.message.JsonRpcException;
import dev.leantokens.mcp.message.McpParams;
import dev.leantokens.mcp.message.MessageParsers;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;

/** Parsers of messages of a stateless revision. */
public final class StatelessParsers {

    public static final Map<String, Parser> ALL = Map.of("stateless-message", StatelessParsers::message);

    private StatelessParsers() {
    }

    /** Lines: headers, up to an empty one; then the message. */
    private static void message(byte[] input) {
        String text = new String(input, ISO_8859_1);
        int body = text.indexOf("\n\n");
        if (body < 0 || !(json(text.substring(body + 2)) instanceof JsonObject message)) {
            return;
        }
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (String line : text.substring(0, body).split("\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.add(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        StatelessHeaders stateless = new StatelessHeaders(headers);
        if (!stateless.nameStatelessRevision() && !StatelessMessage.namesStatelessRevision(message)) {
            return;
        }
        try {
            StatelessMessage read = StatelessMessage.read(message, stateless);
            require(read.id() == null || read.id().equals(StatelessMessage.idOf(message)), "the id is that of the request");
            require(read.isNotification()
                    || headers.get("Mcp-Method") != null && headers.get("Mcp-Method").equals(read.method()),
                    "the header names the method");
            require(read.isNotification() || headers.getAll("MCP-Protocol-Version").size() == 1,
                    "the header names the revision");
            McpParams.problem(read.method(), read.params());
            require(!read.toString().contains(read.method()) || "notification request".contains(read.method()), "it is masked");
        } catch (JsonRpcException e) {
            MessageParsers.refused("stateless-message", e.withId(StatelessMessage.idOf(message)));
        }
    }

    private static Object json(String text) {
        return MessageParsers.read(text.getBytes(ISO_8859_1)).json();
    }
}
