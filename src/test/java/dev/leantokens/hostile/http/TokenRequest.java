package dev.leantokens.hostile.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.RawHttp2;
import dev.leantokens.testing.StatelessMcp;
import io.vertx.core.json.JsonObject;

/**
 * A valid request for a token. The stub of Lean puts the scope into the token, so that an answer shows whose it is.
 *
 * @param client may only request scopes with its own prefix
 */
record TokenRequest(Port port, Client client, String scope) {

    /** The scope within a token of {@link dev.leantokens.testing.LeanStub}; JSON inside of JSON is escaped. */
    private static final Pattern TOKEN = Pattern.compile("access_token\\\\?\":\\\\?\"[^\"/]+/[^\"/]+/([^\"/]+)/");

    /** The end of scopes for which Lean answers late. */
    static final String LATE = "late";

    private static final Set<String> GENERATED = ConcurrentHashMap.newKeySet();

    enum Port {
        REST("/v1/oauth2/token"),
        MCP("/mcp");

        private final String path;

        Port(String path) {
            this.path = path;
        }

        String path() {
            return path;
        }
    }

    enum Client {
        AGENTS,
        PAYMENTS;

        String secret() {
            return "secret-of-" + name().toLowerCase(Locale.ROOT) + "-0123456789";
        }

        /** @return of the customers for which it gets tokens */
        String prefix() {
            return name().toLowerCase(Locale.ROOT).substring(0, 1);
        }
    }

    static TokenRequest random(Port port, RandomGenerator random) {
        Client client = Client.values()[random.nextInt(Client.values().length)];
        String scope = "customer.%s%016x".formatted(client.prefix(), random.nextLong());
        return of(port, client, scope);
    }

    private static TokenRequest of(Port port, Client client, String scope) {
        GENERATED.add(scope);
        return new TokenRequest(port, client, scope);
    }

    /** @return whether any request of this JVM was generated with this scope */
    static boolean isOfAny(String scope) {
        return GENERATED.contains(scope);
    }

    /** @return a request for which Lean answers late */
    TokenRequest late() {
        return of(port, client, scope + LATE);
    }

    /** @return the scopes of the tokens in an answer, each once: MCP repeats the token */
    static Set<String> scopesIn(String answer) {
        return TOKEN.matcher(answer).results().map(token -> token.group(1))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    String body() {
        JsonObject members = new JsonObject().put("scope", scope);
        return port == Port.REST ? members.encode()
                : StatelessMcp.request("tools/call", new JsonObject().put("name", McpCalls.TOOL).put("arguments",
                        new JsonObject().put("body", members))).encode();
    }

    /** @return names and values alternating, with those of the port and of the client, without those of the body's length */
    String[] headers() {
        Stream<String> all = Stream.of("authorization", "Bearer " + client.secret(), "content-type", "application/json");
        Stream<String> mcp = Stream.of("accept", "application/json, text/event-stream", "mcp-protocol-version",
                StatelessMcp.REVISION, "mcp-method", "tools/call", "mcp-name", McpCalls.TOOL);
        return (port == Port.REST ? all : Stream.concat(all, mcp)).toArray(String[]::new);
    }

    /** @return the request line and the headers, without the empty line at their end */
    String head(String... more) {
        StringBuilder head = new StringBuilder("POST " + port.path() + " HTTP/1.1\r\nHost: localhost\r\n");
        String[] headers = headers();
        for (int i = 0; i < headers.length; i += 2) {
            head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        for (String header : more) {
            head.append(header).append("\r\n");
        }
        return head.toString();
    }

    String http1(String... more) {
        return head(more) + "Content-Length: " + body().length() + "\r\n\r\n" + body();
    }

    /** @param sizes of the chunks; the last one is repeated */
    String chunked(int... sizes) {
        StringBuilder request = new StringBuilder(head("Transfer-Encoding: chunked")).append("\r\n");
        String rest = body();
        for (int i = 0; !rest.isEmpty(); i++) {
            int size = Math.min(rest.length(), sizes[Math.min(i, sizes.length - 1)]);
            request.append(Integer.toHexString(size)).append("\r\n").append(rest, 0, size).append("\r\n");
            rest = rest.substring(size);
        }
        return request.append("0\r\n\r\n").toString();
    }

    RawHttp2 http2(RawHttp2 frames, int stream) {
        return http2Headers(frames, stream).lastData(stream, body());
    }

    RawHttp2 http2Headers(RawHttp2 frames, int stream) {
        return frames.headers(stream, 0, "POST", port.path(), headers());
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
