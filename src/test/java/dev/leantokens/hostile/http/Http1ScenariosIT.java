package dev.leantokens.hostile.http;

import static dev.leantokens.hostile.http.AttackedService.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.hostile.http.AttackedService.Protocol;
import dev.leantokens.hostile.http.TokenRequest.Client;
import dev.leantokens.hostile.http.TokenRequest.Port;

/** Malformed and unusual HTTP/1.1, each with a valid request of another client behind it on the same connection. */
class Http1ScenariosIT {

    private static final int AT_A_TIME = 20;

    /** Over TLS, one of so many scenarios is played. */
    private static final int SAMPLE = 3;
    /** What is answered before the path is looked at. */
    private static final Set<String> OF_EVERY_PATH = Set.of("400", "414", "431", "505");

    private static final String LIVE = " /q/health/live HTTP/1.1";
    private static final String CLOSE = "Connection: close\r\n\r\n";
    private static final String HOST = "Host: localhost\r\n";

    private static AttackedService service;

    /**
     * @param answers the expected statuses, with a space between them; empty if the connection is closed without an answer. A
     *        token must be that of the request at the same position: the request itself, and the one behind it
     */
    private record Scenario(String name, String answers, Function<TokenRequest, String> request) {
    }

    @BeforeAll
    static void start() {
        service = AttackedService.start(Map.of());
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @AfterEach
    void assertUnharmed() {
        service.assertServed();
        service.assertNothingIsLeft();
    }

    private static Scenario framed(String header, String answers, Function<TokenRequest, String> body) {
        return new Scenario(Conversation.text(TokenRequest.bytes(header)), answers,
                request -> request.head(header) + "\r\n" + body.apply(request));
    }

    private static Scenario coding(String header, String answers) {
        return framed(header, answers, request -> chunk(request, "\r\n"));
    }

    private static Scenario length(String header, String answers) {
        return framed(header, answers, TokenRequest::body);
    }

    /** Replaces {@code ~} by the body's length and {@code #} by its text. */
    private static Scenario chunked(String name, String answers, String chunks) {
        return new Scenario(name, answers, request -> request.head("Transfer-Encoding: chunked") + "\r\n"
                + chunks.replace("~", Integer.toHexString(request.body().length())).replace("#", request.body()));
    }

    private static String chunk(TokenRequest request, String lineEnd) {
        return Integer.toHexString(request.body().length()) + lineEnd + request.body() + lineEnd + "0" + lineEnd + lineEnd;
    }

    /** Headers that frame the body, and chunks; on both ports. */
    private static Stream<Scenario> framings() {
        return Stream.of(
                coding("Transfer-Encoding: chunked", "200 200"),
                coding("Transfer-Encoding:   chunked  ", "200 200"),
                coding("Transfer-Encoding:\tchunked", "200 200"),
                coding("Transfer-Encoding: CHUNKED", "200 200"),
                coding("Transfer-Encoding:\r\n chunked", "200 200"),
                coding("Transfer-Encoding: xchunked", "400"),
                coding("Transfer-Encoding: \"chunked\"", "400"),
                coding("Transfer-Encoding: gzip, chunked", "400"),
                coding("Transfer-Encoding: chunked, chunked", "400"),
                coding("Transfer-Encoding: chunked, identity", "400"),
                coding("Transfer-Encoding: identity", "400"),
                coding("Transfer-Encoding: ", "400"),
                coding("Transfer-Encoding: \u000bchunked", "400"),
                coding("Transfer-Encoding: ,chunked", "400"),
                coding("Transfer-Encoding: chunked;a=b", "400"),
                coding("Transfer-Encoding: chunked\0", "400"),
                coding("Transfer-Encoding : chunked", "400"),
                coding("Transfer-Encoding\t: chunked", "400"),
                coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "400"),
                coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: cow", "400"),
                coding("Transfer-Encoding: chunked\r\nContent-Length: 4", "400"),
                coding("Content-Length: 4\r\nTransfer-Encoding: chunked", "400"),
                coding("Content-Length: 4\r\nTransfer-Encoding: xchunked", "400"),
                new Scenario("Transfer_Encoding", "200 200", request -> request.http1("Transfer_Encoding: chunked")),
                length("Content-Length: +15", "400"),
                length("Content-Length: -15", "400"),
                length("Content-Length: 0xf", "400"),
                length("Content-Length: 15, 15", "400"),
                length("Content-Length: 15, 3", "400"),
                length("Content-Length: 15\r\nContent-Length: 15", "400"),
                length("Content-Length: 15\r\nContent-Length: 3", "400"),
                length("Content-Length: 1 5", "400"),
                length("Content-Length: ", "400"),
                length("Content-Length: 15.0", "400"),
                length("Content-Length : 15", "400"),
                length("Content-Length: \uff11\uff15", "400"),
                length("Content-Length: 99999999999999999999", "400"),
                length("Content-Length: 9223372036854775807", "413"),
                length("X: y", "400 400"),
                new Scenario("Content-Length with zeros and spaces", "200 200", request -> request.head("Content-Length:  00"
                        + request.body().length() + " ") + "\r\n" + request.body()),
                chunked("chunk extension", "200 200", "~;a=b;c\r\n#\r\n0\r\n\r\n"),
                chunked("size with spaces", "200 200", " ~ \r\n#\r\n0\r\n\r\n"),
                chunked("size with zeros", "200 200", "000000000000~\r\n#\r\n0\r\n\r\n"),
                chunked("forbidden trailers", "200 200", "~\r\n#\r\n0\r\nContent-Length: 5\r\nAuthorization: Bearer x\r\n\r\n"),
                new Scenario("chunks of one byte", "200 200", request -> request.chunked(1)),
                chunked("line end within an extension", "", "~;a=\"b\r\nc\"\r\n#\r\n0\r\n\r\n"),
                chunked("long extension", "", "~;" + "a".repeat(20_000) + "\r\n#\r\n0\r\n\r\n"),
                chunked("negative size", "", "-~\r\n#\r\n0\r\n\r\n"),
                chunked("size with 0x", "", "0x~\r\n#\r\n0\r\n\r\n"),
                chunked("no size", "", "\r\n#\r\n0\r\n\r\n"),
                chunked("size of words", "", "zz\r\n#\r\n0\r\n\r\n"),
                chunked("size above a long", "", "fffffffffffffffff\r\n#"),
                chunked("size above an int", "", "ffffffff\r\n#"),
                chunked("long size", "", "0".repeat(20_000) + "~\r\n#\r\n0\r\n\r\n"),
                chunked("LF instead of CR LF", "", "~\n#\n0\n\n"),
                chunked("no line end behind a chunk", "", "~\r\n#0\r\n\r\n"),
                chunked("longer chunk than said", "", "~\r\n#xx\r\n0\r\n\r\n"),
                chunked("CR within an extension", "", "~;\rx\r\n#\r\n0\r\n\r\n"),
                chunked("trailer without a colon", "", "~\r\n#\r\n0\r\nfoo\r\n\r\n"),
                chunked("long trailer", "", "~\r\n#\r\n0\r\nX: " + "a".repeat(20_000) + "\r\n\r\n"),
                new Scenario("Expect: 100-continue", "100 200 200", request -> request.http1("Expect: 100-continue")),
                new Scenario("unknown expectation", "200 200", request -> request.http1("Expect: 200-ok")),
                new Scenario("expectation in vain", "413", request -> request.head("Expect: 100-continue",
                        "Content-Length: 20000") + "\r\n"),
                // RFC 9113 has no upgrade; the request is served without it.
                upgrade("h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"), upgrade("h2c", "HTTP2-Settings: ????"),
                upgrade("h2c", "X: y"),
                upgrade("websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
    }

    private static Scenario upgrade(String protocol, String header) {
        return new Scenario("Upgrade: " + protocol + " with " + header, "200 200", request -> request.http1(
                "Connection: Upgrade, HTTP2-Settings", "Upgrade: " + protocol, header));
    }

    private static Scenario get(String answers, String line, String headers) {
        return new Scenario(Conversation.text(TokenRequest.bytes(line + " " + headers.substring(0, Math.min(80, headers
                .length())))), answers, request -> line + "\r\n" + headers + CLOSE);
    }

    private static Scenario line(String answers, String line) {
        return get(answers, line, HOST);
    }

    private static Scenario header(String answers, String headers) {
        return get(answers, "GET" + LIVE, headers);
    }

    /** Request lines and headers, on the main port; each request asks to close the connection. */
    private static Stream<Scenario> heads() {
        return Stream.of(
                line("200", "GET http://localhost/q/health/live HTTP/1.1"),
                line("200", "\r\n\r\nGET" + LIVE),
                line("200", "GET /q/%2e%2e/q/health/live HTTP/1.1"),
                line("200", "GET /../../q/health/live HTTP/1.1"),
                line("200", "GET //q//health//live HTTP/1.1"),
                line("200", "GET /q/health/live HTTP/1.0"),
                line("403", "POST http://evil.example/v1/oauth2/token HTTP/1.1"),
                line("404", "GET localhost:80 HTTP/1.1"),
                line("404", "GET * HTTP/1.1"),
                line("404", "OPTIONS * HTTP/1.1"),
                line("404", "CONNECT localhost:443 HTTP/1.1"),
                line("405", "TRACE" + LIVE),
                line("405", "get" + LIVE),
                line("404", "GET /q/health/live;a=b HTTP/1.1"),
                line("404", "GET /q/health/live#x HTTP/1.1"),
                line("404", "GET q/health/live HTTP/1.1"),
                line("404", "GET /q/health/%00live HTTP/1.1"),
                line("404", "GET /q/h\u00e9alth HTTP/1.1"),
                line("404", "GET /q/%ED%A0%80 HTTP/1.1"),
                line("400", "GET /q/%zz HTTP/1.1"),
                line("400", "GET /q/% HTTP/1.1"),
                line("400", "GET /q/[health HTTP/1.1"),
                line("400", "GET \\q\\health HTTP/1.1"),
                line("400", "GET /q\0/health HTTP/1.1"),
                line("400", "GET ?x HTTP/1.1"),
                line("400", "GET /q/health/ live HTTP/1.1"),
                line("400", " /q/health/live HTTP/1.1"),
                line("400", "G@T" + LIVE),
                line("400", "GET /q/health/live HTTP/-1.1"),
                line("400", "GET /q/health/live HTTP/99999999999.1"),
                line("400", "GET /q/health/live"),
                line("414", "G".repeat(9_000) + LIVE),
                line("414", "GET /" + "a".repeat(5_000) + " HTTP/1.1"),
                line("414", "GET /" + "a".repeat(100_000) + " HTTP/1.1"),
                line("505", "GET /q/health/live HTTP/1.2"),
                line("505", "GET /q/health/live HTTP/2.0"),
                line("505", "GET /q/health/live HTTP/0.9"),
                line("505", "GET /q/health/live HtTP/1.1"),
                line("505", "GET /q/health/live H\u00d4TP/1.1"),
                get("400", "GET /q/health/live HTP/1.1", "X>\r\n"),
                new Scenario("LF instead of CR LF", "400", request -> "GET" + LIVE + "\nHost: localhost\n\n"),
                new Scenario("binary", "400",
                        request -> IntStream.range(0, 1024).mapToObj(i -> String.valueOf((char) (i % 256)))
                                .reduce("", String::concat)),
                header("400", ""),
                header("400", "Host: a@localhost\r\n"),
                header("400", "Host: localhost:99999\r\n"),
                header("400", "Host: localhost:x\r\n"),
                header("400", "Host: localhost/x\r\n"),
                header("400", "Host: [::1\r\n"),
                header("400", "Host: local\0host\r\n"),
                header("400", "Host: local\r\n host\r\n"),
                header("400", " X: a\r\nHost: localhost\r\n"),
                header("400", HOST + "Xyz\r\n"),
                header("400", HOST + "X Y: z\r\n"),
                header("400", HOST + "X\u0001: z\r\n"),
                header("400", HOST + "X: \u0001\u007f\r\n"),
                header("400", HOST + "X: a\rb\r\n"),
                header("400", HOST + ": a\r\n"),
                header("200", HOST + "X: a\r\n b\r\n"),
                header("200", HOST + "X: a\r\n".repeat(2_000)),
                header("431", HOST + "X: " + "a".repeat(17_000) + "\r\n"),
                header("431", HOST + ("X: " + "a".repeat(50) + "\r\n").repeat(500)),
                get("403", "POST /v1/oauth2/token HTTP/1.1", HOST + HOST),
                get("403", "POST /v1/oauth2/token HTTP/1.1", HOST + "Host: evil.example\r\n"));
    }

    private record Played(Scenario scenario, Port port, String failure) {
    }

    private static Played play(AttackedService service, Scenario scenario, Port port) {
        TokenRequest request = service.newRequest(port, Client.AGENTS);
        TokenRequest next = service.newRequest(port, Client.PAYMENTS);
        try (Conversation conversation = service.open(port, Protocol.HTTP_1)) {
            conversation.send(scenario.request().apply(request) + next.http1("Connection: close"));
            conversation.awaitClose(PATIENCE);

            Http1Answers answers = Http1Answers.of(conversation.received());
            List<String> statuses = answers.statuses().stream().map(String::valueOf).toList();
            assertThat(String.join(" ", statuses)).isEqualTo(scenario.answers());
            List<String> expected = new ArrayList<>();
            List<String> finals = statuses.stream().filter(status -> !status.equals("100")).toList();
            for (int i = 0; i < finals.size(); i++) {
                if (finals.get(i).equals("200")
                        && answers.bodies().get(statuses.size() - finals.size() + i).contains("token")) {
                    expected.add((i == 0 ? request : next).scope());
                }
            }
            assertThat(answers.scopes()).isEqualTo(expected);
            return new Played(scenario, port, "");
        } catch (AssertionError e) {
            return new Played(scenario, port, scenario.name() + " at " + port + ": " + e.getMessage());
        }
    }

    private static void assertAll(Stream<Scenario> scenarios, Port... ports) {
        assertAll(service, scenarios, ports);
    }

    private static void assertAll(AttackedService service, Stream<Scenario> scenarios, Port... ports) {
        ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            List<CompletableFuture<Played>> all = scenarios.flatMap(scenario -> Stream.of(ports)
                    .map(port -> CompletableFuture.supplyAsync(() -> play(service, scenario, port), threads))).toList();

            assertThat(all.stream().map(CompletableFuture::join).map(Played::failure).filter(failure -> !failure.isEmpty()))
                    .isEmpty();
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void bodyIsFramedAsTheRfcSaysOrTheConnectionCloses() {
        assertAll(framings(), Port.values());
    }

    @Test
    void oddRequestIsAnsweredAndNothingBehindItIs() {
        assertAll(heads(), Port.REST);
        assertAll(heads().filter(scenario -> OF_EVERY_PATH.contains(scenario.answers())), Port.MCP);
    }

    @Test
    void tlsChangesNothing(@TempDir Path folder) {
        try (AttackedService tls = AttackedService.startWithTls(folder)) {
            assertAll(tls, sample(framings()), Port.values());
            assertAll(tls, sample(heads()), Port.REST);
            tls.assertServed();
            tls.assertNothingIsLeft();
        }
    }

    private static Stream<Scenario> sample(Stream<Scenario> scenarios) {
        List<Scenario> all = scenarios.toList();
        return IntStream.range(0, all.size()).filter(i -> i % SAMPLE == 0).mapToObj(all::get);
    }

    /** Without credentials, it would be 401. */
    @Test
    void brokenNameOfCredentialsIsNotTheirAbsence() {
        assertAll(
                Stream.of("Authorization ", "Authorization\t", "Authorization\u000b", "Authorization\u00a0", "Authorization\0",
                        "\u000bAuthorization", "Author ization", "Authorization\u007f", "Authoriz\u00e1tion",
                        "\"Authorization\"",
                        "(Authorization)", "Authorization,", "Authorization\r", "\rAuthorization", "")
                        .map(name -> new Scenario(Conversation.text(TokenRequest.bytes(name)), "400",
                                request -> request.http1().replace("authorization:", name + ":"))),
                Port.values());
        assertAll(Stream.of(new Scenario("no credentials", "401 200",
                request -> request.http1().replaceFirst("authorization:.*\r\n", ""))), Port.REST);
    }

    @Test
    void headHasNoBody() {
        for (Port port : Port.values()) {
            for (String path : List.of("/q/health/live", "/q/metrics", "/q/openapi", "/", port.path(), "/nothing")) {
                try (Conversation conversation = Conversation.open(service.port(port))) {
                    String request = "HEAD " + path + " HTTP/1.1\r\n" + HOST;
                    conversation.send(request + "\r\n" + request + CLOSE);
                    conversation.awaitClose(PATIENCE);

                    assertThat(new String(conversation.received(), StandardCharsets.UTF_8)).as(path)
                            .matches("(HTTP/1.1 (200|401|404|405) [^\r\n]+\r\n([^\r\n]+\r\n)+\r\n){2}");
                }
            }
        }
    }

    @Test
    void manyPipelinedRequestsAreAnsweredInOrder() {
        for (Port port : Port.values()) {
            List<TokenRequest> requests = IntStream.range(0, 1_000)
                    .mapToObj(i -> i % 100 == 0 ? service.newRequest(port, Client.values()[i / 100 % 2]) : null)
                    .collect(ArrayList::new, (all, request) -> all.add(request == null ? all.get(all.size() - 1) : request),
                            List::addAll);
            try (Conversation conversation = Conversation.open(service.port(port))) {
                StringBuilder all = new StringBuilder();
                requests.forEach(request -> all.append(request.http1()));
                conversation.send(all + "GET / HTTP/1.1\r\n" + HOST + CLOSE);
                conversation.awaitClose(PATIENCE);

                assertThat(Http1Answers.of(conversation.received()).scopes())
                        .isEqualTo(requests.stream().map(TokenRequest::scope).toList());
            }
        }
    }

    /** Ends the connection by a reset or by the end of what it sends, at each byte of a request and behind it. */
    @Test
    void connectionThatEndsAnywhereLeavesNothing() {
        for (Port port : Port.values()) {
            TokenRequest request = service.newRequest(port, Client.AGENTS);
            String text = request.http1();
            for (int length = 0; length <= text.length(); length++) {
                try (Conversation conversation = Conversation.open(service.port(port))) {
                    conversation.send(text.substring(0, length));
                    if (length % 2 == 0) {
                        conversation.reset();
                    } else {
                        conversation.finish();
                        conversation.awaitClose(PATIENCE);
                        assertThat(Http1Answers.of(conversation.received()).scopes()).isSubsetOf(request.scope());
                    }
                }
            }
        }
    }
}
