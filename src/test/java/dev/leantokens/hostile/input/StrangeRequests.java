package dev.leantokens.hostile.input;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.random.RandomGenerator;

import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.StatelessMcp;

/** Composes valid requests of all kinds, most of which it then breaks somewhere. */
final class StrangeRequests {

    /** Each is put into bodies, and those without control characters into headers. */
    private static final List<String> PIECES = List.of("{", "}", "[", "]", ",", ":", "\"", "\\", "\\ud800", "\\udc00",
            "\\u0000",
            "\u00ed\u00a0\u0080", "\u00c1\u00a1", "\u00ff", "\u00ef\u00bb\u00bf", "\0", "\t", " ", "null", "true", "7", "-0",
            "1e999",
            "1e999999999", "9223372036854775808", "0.1", "NaN", "/*", "//", "''", "\"\"", "[]", "{}", "\"scope\":\"api\",",
            "\"body\":", "\"id\":null,", "\"params\":[],", "\"_meta\":{\"progressToken\":{}},", "\"jsonrpc\":\"1.0\",",
            "\"method\":\"initialize\",", "\"result\":{},", "[".repeat(1100), "9".repeat(1100), "%", "%zz", "%00", "%ff", "+",
            "&",
            "=", "#", "?", ";", "&scope=api", "\u00c3\u00a9", "\u00e2\u0080\u00a8", "customer.*", "customer.", "a.b",
            "=?base64?", "?=", "2026-07-28",
            "2027-01-01", "2025-11-25", "*/*;q=0", "q=0", "no-cache", "Basic ", "Bearer ", "eyJ", "..", "=", "utf-16");

    private static final List<String> METHODS = List.of("tools/call", "tools/list", "resources/list", "resources/read",
            "resources/templates/list", "resources/directory/read", "skills/list", "skills/get", "server/discover", "ping",
            "initialize", "prompts/list", "prompts/get", "completion/complete", "logging/setLevel", "resources/subscribe",
            "subscriptions/listen", "roots/list", "sampling/createMessage", "elicitation/create", "q/close",
            "notifications/initialized", "notifications/cancelled", "notifications/progress", "tasks/get", "", "../x");

    private static final List<String> CONTENT_TYPES = List.of("application/json", "application/json; charset=utf-8",
            "application/x-www-form-urlencoded", "text/plain", "application/json;", "*/*", ";");

    private final RandomGenerator random;
    private final String session;
    private final String jwt;

    /** @param session of an MCP session, and a signed token, with which some requests are sent */
    StrangeRequests(RandomGenerator random, String session, String jwt) {
        this.random = random;
        this.session = session;
        this.jwt = jwt;
    }

    Exchange next() {
        return switch (random.nextInt(4)) {
            case 0 -> rest();
            case 1 -> statelessCall();
            case 2 -> sessionMessage();
            default -> form();
        };
    }

    private Exchange rest() {
        List<String> headers = caller("Content-Type: " + (oneIn(6) ? any(CONTENT_TYPES) : "application/json"));
        return exchange(StrangeCallers.TOKEN_PATH, headers, members());
    }

    private Exchange form() {
        String form = (oneIn(2) ? "grant_type=client_credentials&" : "") + "scope=" + scope() + (oneIn(3)
                ? "&client_id=" + StrangeCallers.LEAN_ID + "&client_secret=" + StrangeCallers.LEAN_SECRET
                : "");
        return exchange(StrangeCallers.TOKEN_PATH, caller("Content-Type: application/x-www-form-urlencoded"), form);
    }

    private Exchange statelessCall() {
        String method = oneIn(3) ? any(METHODS) : "tools/call";
        List<String> headers = caller(StrangeCallers.MCP_HEADERS.toArray(String[]::new));
        headers.add(StatelessMcp.VERSION_HEADER);
        headers.add("Mcp-Method: " + method);
        headers.add("Mcp-Name: " + (oneIn(4) ? "=?base64?" + base64(McpCalls.TOOL) + "?=" : McpCalls.TOOL));
        String params = params(method);
        return exchange(StrangeCallers.MCP_PATH, headers, message(method,
                params.substring(0, params.length() - 1) + ",\"_meta\":" + StatelessMcp.meta().encode() + "}"));
    }

    private Exchange sessionMessage() {
        String method = oneIn(2) ? any(METHODS) : "tools/call";
        List<String> headers = caller(StrangeCallers.MCP_HEADERS.toArray(String[]::new));
        if (!method.equals("initialize") && !method.equals("q/close") && !oneIn(8)) {
            headers.add("Mcp-Session-Id: " + session);
        }
        String message = oneIn(10) ? "{\"jsonrpc\":\"2.0\",\"id\":" + id() + ",\"result\":{}}"
                : message(method, params(method));
        return exchange(StrangeCallers.MCP_PATH, headers, oneIn(8) ? "[" + message + "," + message + "]" : message);
    }

    private String message(String method, String params) {
        return "{\"jsonrpc\":\"2.0\"," + (oneIn(8) ? "" : "\"id\":" + id() + ",") + "\"method\":\"" + method + "\",\"params\":"
                + params + "}";
    }

    private String id() {
        return any(List.of("1", "1", "\"a\"", "-1", "9223372036854775807", "1.5", "null", "{}", "\"\\ud800\"", "[]"));
    }

    private String params(String method) {
        String body = oneIn(4) ? quoted(members()) : members();
        return switch (method) {
            case "initialize" -> "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"strange\","
                    + "\"version\":\"1\"}}";
            case "resources/read", "resources/directory/read", "skills/get" ->
                "{\"uri\":\"skill://lean-generate-access-token/SKILL.md\"}";
            case "notifications/cancelled" -> "{\"requestId\":" + id() + ",\"reason\":\"x\"}";
            case "completion/complete" ->
                "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"x\"},\"argument\":{\"name\":\"a\",\"value\":\"b\"}}";
            case "logging/setLevel" -> "{\"level\":\"info\"}";
            default -> "{\"name\":\"" + McpCalls.TOOL + "\",\"arguments\":{\"body\":" + body + "}}";
        };
    }

    private String members() {
        return "{" + (oneIn(3) ? "\"grant_type\":\"client_credentials\"," : "") + "\"scope\":\"" + scope() + "\"" + (oneIn(3)
                ? ",\"client_id\":\"" + StrangeCallers.LEAN_ID + "\",\"client_secret\":\"" + StrangeCallers.LEAN_SECRET + "\""
                : "") + "}";
    }

    private String scope() {
        return oneIn(2) ? "api" : "customer." + random.nextInt(20);
    }

    private List<String> caller(String... headers) {
        List<String> all = new ArrayList<>(Arrays.asList(headers));
        switch (random.nextInt(6)) {
            case 0, 1 -> all.add("Authorization: Basic " + base64(StrangeCallers.CLIENT + ":" + StrangeCallers.CLIENT_SECRET));
            case 2, 3 -> all.add("Authorization: Bearer " + StrangeCallers.CLIENT_SECRET);
            case 4 -> all.add("Authorization: Bearer " + jwt);
            default -> {
            }
        }
        if (oneIn(6)) {
            all.add("Cache-Control: no-cache");
        }
        if (oneIn(6)) {
            all.add("traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        }
        return all;
    }

    private Exchange exchange(String path, List<String> headers, String body) {
        byte[] content = body.getBytes(UTF_8);
        List<byte[]> lines = new ArrayList<>(headers.stream().map(header -> header.getBytes(ISO_8859_1)).toList());
        for (int i = random.nextInt(4); i > 0; i--) {
            if (oneIn(4)) {
                breakHeader(lines);
            } else {
                content = broken(content);
            }
        }
        if (oneIn(60)) {
            content = new String(content, UTF_8).getBytes(oneIn(2) ? UTF_16
                    : UTF_16LE);
        }
        return new Exchange("POST", path, lines, content);
    }

    /** Keeps its line, its name and what would be a fault of HTTP. */
    private void breakHeader(List<byte[]> lines) {
        int index = random.nextInt(lines.size());
        if (oneIn(8)) {
            lines.add(lines.get(index));
            return;
        }
        byte[] line = lines.get(index);
        int name = new String(line, ISO_8859_1).indexOf(':') + 2;
        byte[] value = broken(Arrays.copyOfRange(line, name, line.length));
        StringBuilder kept = new StringBuilder(new String(line, 0, name, ISO_8859_1));
        for (byte b : value) {
            int c = b & 0xFF;
            kept.append(c < ' ' && c != '\t' || c == 0x7F ? '~' : (char) c);
        }
        lines.set(index, kept.substring(0, Math.min(kept.length(), 4_000)).getBytes(ISO_8859_1));
    }

    /** Inserts, replaces, removes, repeats, changes or swaps something. */
    private byte[] broken(byte[] bytes) {
        int from = random.nextInt(bytes.length + 1);
        int to = Math.min(bytes.length, from + random.nextInt(12));
        byte[] piece = any(PIECES).getBytes(ISO_8859_1);
        return switch (random.nextInt(6)) {
            case 0 -> spliced(bytes, from, from, piece);
            case 1 -> spliced(bytes, from, to, piece);
            case 2 -> spliced(bytes, from, to, new byte[0]);
            case 3 -> spliced(bytes, from, from, Arrays.copyOfRange(bytes, from, to));
            case 4 -> spliced(bytes, from, Math.min(bytes.length, from + 1), new byte[] { (byte) random.nextInt(256) });
            default -> Arrays.copyOf(bytes, from);
        };
    }

    private static byte[] spliced(byte[] bytes, int from, int to, byte[] piece) {
        byte[] result = new byte[from + piece.length + bytes.length - to];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(piece, 0, result, from, piece.length);
        System.arraycopy(bytes, to, result, from + piece.length, bytes.length - to);
        return result;
    }

    private boolean oneIn(int number) {
        return random.nextInt(number) == 0;
    }

    private <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String quoted(String json) {
        return "\"" + json.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
