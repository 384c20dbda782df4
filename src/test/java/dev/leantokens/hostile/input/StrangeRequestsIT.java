package dev.leantokens.hostile.input;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.hostile.input.Exchange.Answer;
import dev.leantokens.hostile.input.ParserCorpus.Input;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.SseSession;
import dev.leantokens.testing.StatelessMcp;
import io.vertx.core.json.JsonObject;

/** The inputs of the parsers, and known strange requests, on the wire. What is checked of each is in {@link StrangeCallers}. */
class StrangeRequestsIT {

    private static final List<String> JSON = List.of("Content-Type: application/json");
    private static final List<String> FORM = List.of("Content-Type: application/x-www-form-urlencoded");
    private static final String API = "{\"scope\":\"api\"}";
    private static final int MAX_BODY = 16 * 1024;

    private static StrangeCallers service;

    @BeforeAll
    static void start() {
        service = new StrangeCallers();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @AfterEach
    void assertUnharmed() throws IOException {
        service.assertServed();
        service.assertNothingIsLeft();
    }

    private static Exchange rest(List<String> headers, byte[] body) {
        return credentials(Exchange.post(StrangeCallers.TOKEN_PATH, headers, body));
    }

    private static Exchange mcp(byte[] body, String... headers) {
        return credentials(Exchange.post(StrangeCallers.MCP_PATH,
                Stream.concat(StrangeCallers.MCP_HEADERS.stream(), Arrays.stream(headers)).toList(), body));
    }

    /** Adds the local client's secret, unless the request has credentials already. */
    private static Exchange credentials(Exchange request) {
        return request.headers().stream().anyMatch(header -> new String(header, ISO_8859_1).startsWith("Authorization:"))
                ? request
                : StrangeCallers.authenticated(request);
    }

    /** A call of the tool, in a session or without. */
    private static Exchange call(String body, String... headers) {
        boolean stateless = headers.length == 0;
        String message = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" + McpCalls.TOOL
                + "\",\"arguments\":{\"body\":" + body + "}" + (stateless ? ",\"_meta\":" + StatelessMcp.meta() : "") + "}}";
        return mcp(message.getBytes(UTF_8), stateless ? new String[] { StatelessMcp.VERSION_HEADER, "Mcp-Method: tools/call",
                "Mcp-Name: " + McpCalls.TOOL } : headers);
    }

    private static Stream<Input> inputs(String parser) {
        return ParserCorpus.inputs().stream().filter(input -> input.parser().equals(parser));
    }

    private static List<Input> bodies() {
        return inputs("json-members").toList();
    }

    /** Over REST as the body, over MCP as the argument of the tool, and as a string in it. */
    @ParameterizedTest
    @MethodSource("bodies")
    void jsonHasTheSameMeaningOnBothPorts(Input input) throws IOException {
        String session = service.session();
        String text = new String(input.content(), UTF_8);

        // Over REST, credentials must not be in two places.
        Exchange request = Exchange.post(StrangeCallers.TOKEN_PATH, JSON, input.content());
        Answer rest = service.send(text.contains("client_") ? request : credentials(request));

        if (text.equals(new String(input.content(), ISO_8859_1)) && text.indexOf('\0') < 0) {
            String encoded = new JsonObject().put("body", text).encode();
            String quoted = encoded.substring(encoded.indexOf(':') + 1, encoded.length() - 1);
            for (Answer mcp : List.of(service.send(call(quoted)), service.send(call(quoted, "Mcp-Session-Id: " + session)))) {
                assertThat(mcp.body().contains("access_token")).as(mcp.body()).isEqualTo(rest.status() == 200);
            }
        }
        service.send(call(text));
        service.send(call(text, "Mcp-Session-Id: " + session));
    }

    private static List<Input> messages() {
        return Stream.concat(inputs("mcp-message"), inputs("json-members")).toList();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void anyMessageIsAnsweredInEveryRevision(Input input) throws IOException {
        String session = service.session();
        service.send(mcp(input.content()));
        service.send(mcp(input.content(), "Mcp-Session-Id: " + session));
        service.send(mcp(input.content(), StatelessMcp.VERSION_HEADER, "Mcp-Method: tools/call", "Mcp-Name: "
                + McpCalls.TOOL));
        service.send(mcp(input.content(), "Mcp-Session-Id: " + session, StatelessMcp.VERSION_HEADER));
    }

    private static List<Input> statelessMessages() {
        return inputs("stateless-message").toList();
    }

    @ParameterizedTest
    @MethodSource("statelessMessages")
    void statelessMessageIsAnswered(Input input) throws IOException {
        String text = new String(input.content(), ISO_8859_1);
        int end = text.indexOf("\n\n");
        String[] headers = text.substring(0, end).split("\n");

        service.send(mcp(text.substring(end + 2).getBytes(ISO_8859_1), headers));
    }

    @Test
    void anyFormIsAnswered() throws IOException {
        for (Input input : inputs("form").toList()) {
            service.send(rest(FORM, input.content()));
        }
    }

    /** Lines of the inputs are headers, of which HTTP allows no control characters. */
    @ParameterizedTest
    @CsvSource({ "authorization, Authorization", "content-type, Content-Type", "accept, Accept", "cache-control, Cache-Control",
            "trace-context, traceparent", "host, Origin", "host, Sec-Fetch-Site", "jwt, Authorization",
            "scope, Accept-Language",
            "authorization, Mcp-Session-Id", "http-date, Prefer" })
    void anyHeaderIsAnswered(String parser, String name) throws IOException {
        for (Input input : inputs(parser).toList()) {
            List<String> headers = new ArrayList<>();
            for (String line : new String(input.content(), ISO_8859_1).split("\n")) {
                headers.add(name + ": " + (parser.equals("jwt") ? "Bearer " : "")
                        + line.replaceAll("[\\x00-\\x08\\x0a-\\x1f\\x7f]", "~"));
            }
            List<String> type = name.equals("Content-Type") ? List.of() : JSON;
            service.send(rest(Stream.concat(type.stream(), headers.stream()).toList(), API.getBytes(UTF_8)));
            service.send(credentials(new Exchange("POST", StrangeCallers.MCP_PATH,
                    Stream.concat(type.stream(), headers.stream()).map(header -> header.getBytes(ISO_8859_1)).toList(),
                    StrangeCallers.INITIALIZE.getBytes(UTF_8))));
        }
    }

    @Test
    void largestBodyIsAcceptedAndNoLargerOne() throws IOException {
        String padding = "\"x\":\"" + "x".repeat(MAX_BODY) + "\"";
        String json = "{\"scope\":\"api\"," + padding;
        for (int size : new int[] { MAX_BODY - 1, MAX_BODY, MAX_BODY + 1 }) {
            String body = json.substring(0, size - 2) + "\"}";
            assertThat(service.send(rest(JSON, body.getBytes(UTF_8))).status()).isEqualTo(size > MAX_BODY ? 413 : 200);
            assertThat(service.send(mcp(body.getBytes(UTF_8))).status()).isEqualTo(size > MAX_BODY ? 413 : 400);
        }
    }

    @Test
    void manyMembersOrLevelsAreAnswered() throws IOException {
        for (String form : List.of("scope=api" + "&".repeat(16_000), "scope=api" + "&=".repeat(8_000),
                "scope=api" + "&a".repeat(8_000), "scope=api" + "&scope=api".repeat(1_600), "%41".repeat(5_000),
                "%".repeat(16_000),
                "+".repeat(16_000))) {
            service.send(rest(FORM, form.getBytes(UTF_8)));
        }
        for (String json : List.of("[".repeat(MAX_BODY), "{\"a\":".repeat(3_000), "{\"a\":" + "[".repeat(100_000),
                "{\"scope\":\"api\"" + ",\"a\":1".repeat(2_000) + "}", "{\"a\":\"" + "\\u0041".repeat(2_500) + "\"}",
                "{\"scope\":\"api\",\"a\":" + "1".repeat(10_000) + "}", "[" + "{},".repeat(5_000) + "{}]", " ".repeat(16_000),
                "{\"scope\":\"api\",\"a\":1" + "e".repeat(1) + "9".repeat(900) + "}")) {
            service.send(rest(JSON, json.getBytes(UTF_8)));
            service.send(mcp(json.getBytes(UTF_8)));
            service.send(mcp(json.getBytes(UTF_8), StatelessMcp.VERSION_HEADER));
        }
    }

    @Test
    void headersOf7KiBAreAnswered() throws IOException {
        for (String value : List.of("Basic " + "QUFB".repeat(1_800), "Bearer " + "e".repeat(7_000),
                "Bearer " + "ey.".repeat(2_300),
                "Bearer eyJhbGciOiJSUzI1NiJ9." + "A".repeat(7_000) + ".AAAA", "Basic " + "=".repeat(7_000))) {
            service.send(rest(List.of(JSON.get(0), "Authorization: " + value), API.getBytes(UTF_8)));
            service.send(mcp(StrangeCallers.INITIALIZE.getBytes(UTF_8), "Authorization: " + value));
        }
        for (String header : List.of("Cache-Control: " + ",".repeat(7_000), "Cache-Control: " + "no-cache,".repeat(700),
                "tracestate: " + "a=1,".repeat(1_700), "baggage: " + "a=1,".repeat(1_700), "Origin: " + "http://".repeat(900),
                "Host: " + ".".repeat(7_000), "Host: " + "localhost:".repeat(700), "Forwarded: " + "for=x,".repeat(1_000),
                "MCP-Protocol-Version: " + "2".repeat(7_000), "Mcp-Session-Id: " + "x".repeat(7_000))) {
            service.send(rest(List.of(JSON.get(0), header), API.getBytes(UTF_8)));
            service.send(mcp(StrangeCallers.INITIALIZE.getBytes(UTF_8), header));
        }
    }

    @Test
    void endedOrForeignSessionIsUnknown() throws IOException {
        String session = service.session();
        String call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";
        String foreign = "Authorization: Bearer " + service.signedToken();

        assertThat(service.send(mcp(call.getBytes(UTF_8), "Mcp-Session-Id: " + session, foreign)).status()).isEqualTo(404);
        assertThat(service.send(mcp(call.getBytes(UTF_8), "Mcp-Session-Id: " + session)).status()).isEqualTo(200);
        service.send(credentials(new Exchange("DELETE", StrangeCallers.MCP_PATH,
                List.of(("Mcp-Session-Id: " + session).getBytes(UTF_8)), new byte[0])));
        assertThat(service.send(mcp(call.getBytes(UTF_8), "Mcp-Session-Id: " + session)).status()).isEqualTo(404);
    }

    /** Every answer is an event of the stream; one to an ordinary message follows whatever came before. */
    @Test
    void anyMessageLeavesTheOlderTransportUsable() throws IOException {
        try (SseSession session = new SseSession(service.mcpPort(),
                "Authorization: Bearer " + StrangeCallers.CLIENT_SECRET)) {
            session.post(StrangeCallers.INITIALIZE);
            assertThat(session.nextMessage().getInteger("id")).isEqualTo(1);
            for (Input input : inputs("mcp-message").toList()) {
                String text = new String(input.content(), UTF_8);
                if (!text.contains("initialize")) {
                    assertThat(session.post(text).status()).as(input.toString()).isLessThan(500);
                }
            }
            session.post("{\"jsonrpc\":\"2.0\",\"id\":\"last\",\"method\":\"ping\"}");
            JsonObject message = session.nextMessage();
            while (!"last".equals(message.getValue("id"))) {
                assertThat(message.getString("jsonrpc")).isEqualTo("2.0");
                message = session.nextMessage();
            }
        }
    }
}
