package dev.leantokens.hostile.http;

import static dev.leantokens.hostile.http.AttackedService.PATIENCE;
import static dev.leantokens.testing.RawHttp2.ACK;
import static dev.leantokens.testing.RawHttp2.CONTINUATION;
import static dev.leantokens.testing.RawHttp2.DATA;
import static dev.leantokens.testing.RawHttp2.END_HEADERS;
import static dev.leantokens.testing.RawHttp2.END_STREAM;
import static dev.leantokens.testing.RawHttp2.GOAWAY;
import static dev.leantokens.testing.RawHttp2.HEADERS;
import static dev.leantokens.testing.RawHttp2.PADDED;
import static dev.leantokens.testing.RawHttp2.PING;
import static dev.leantokens.testing.RawHttp2.PRIORITIZED;
import static dev.leantokens.testing.RawHttp2.PRIORITY;
import static dev.leantokens.testing.RawHttp2.PUSH_PROMISE;
import static dev.leantokens.testing.RawHttp2.RST_STREAM;
import static dev.leantokens.testing.RawHttp2.SETTINGS;
import static dev.leantokens.testing.RawHttp2.WINDOW_UPDATE;
import static dev.leantokens.testing.RawHttp2.fields;
import static dev.leantokens.testing.RawHttp2.join;
import static dev.leantokens.testing.RawHttp2.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RawHttp2;

/** Malformed and unusual HTTP/2, with a valid request behind it on another stream of the same connection. */
class Http2ScenariosIT {

    private static final int AT_A_TIME = 8;
    /** Over TLS, one of so many scenarios is played. */
    private static final int SAMPLE = 3;
    private static final int FLOOD = 10_000;
    private static final int REFUSED = 100_000;
    private static final int LAST = 9_999;
    private static final long PING_VALUE = 42;
    /** Netty closes a connection on which 10,000 answers to such frames wait. */
    private static final String SERVED_OR_CLOSED = "served or closed";
    private static final String LIVE = "/q/health/live";
    private static final byte[] GET = fields(":method", "GET", ":scheme", "http", ":authority", "localhost", ":path", LIVE);

    private static AttackedService service;

    /**
     * @param answers what happens to each stream but the last: its status, or the error code of a reset; or the error code with
     *        which the connection ends; or {@link #SERVED_OR_CLOSED}
     */
    private record Scenario(String name, String answers, Consumer<RawHttp2> frames) {
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

    private static Scenario scenario(String name, String answers, Consumer<RawHttp2> frames) {
        return new Scenario(name, answers, frames);
    }

    private static Consumer<RawHttp2> repeat(int times, Consumer<RawHttp2> frame) {
        return frames -> {
            for (int i = 0; i < times; i++) {
                frame.accept(frames);
            }
        };
    }

    private static byte[] post(String... more) {
        return join(fields(":method", "POST", ":scheme", "http", ":authority", "localhost", ":path", Port.REST.path(),
                "content-type", "application/json"), fields(more));
    }

    private static Stream<Scenario> framing() {
        return Stream.of(
                scenario("settings of another stream", "GOAWAY 1", f -> f.frame(SETTINGS, 0, 1)),
                scenario("settings of 5 bytes", "GOAWAY 6", f -> f.frame(SETTINGS, 0, 0, new byte[5])),
                scenario("acknowledgement with settings", "GOAWAY 6", f -> f.frame(SETTINGS, ACK, 0, new byte[6])),
                scenario("window that is too large", "GOAWAY 3", f -> f.settings(4, 0x80000000)),
                scenario("frame size that is too small", "GOAWAY 1", f -> f.settings(5, 100)),
                scenario("largest frame size", "", f -> f.settings(5, 0xffffff)),
                scenario("push of 2", "GOAWAY 1", f -> f.settings(2, 2)),
                scenario("unknown setting", "", f -> f.settings(0xffff, 7)),
                scenario("no streams for the server", "", f -> f.settings(3, 0)),
                scenario("settings flood", SERVED_OR_CLOSED, repeat(FLOOD, RawHttp2::settings)),
                scenario("acknowledgement flood", "", repeat(FLOOD, RawHttp2::acknowledgeSettings)),
                scenario("ping flood", SERVED_OR_CLOSED, repeat(FLOOD, f -> f.frame(PING, 0, 0, new byte[8]))),
                scenario("answers to no ping", "", repeat(100, f -> f.frame(PING, ACK, 0, new byte[8]))),
                scenario("ping on a stream", "GOAWAY 1", f -> f.frame(PING, 0, 1, new byte[8])),
                scenario("ping of 7 bytes", "GOAWAY 6", f -> f.frame(PING, 0, 0, new byte[7])),
                scenario("priority flood", "", f -> {
                    for (int i = 0; i < FLOOD; i++) {
                        f.frame(PRIORITY, 0, 3 + 2 * i, new byte[5]);
                    }
                }),
                scenario("priority of the connection", "GOAWAY 1", f -> f.frame(PRIORITY, 0, 0, new byte[5])),
                scenario("headers that depend on their own stream", "GOAWAY 1",
                        f -> f.frame(HEADERS, END_STREAM | END_HEADERS | PRIORITIZED, 1, join(number(1), new byte[1], GET))),
                scenario("reset of an idle stream", "GOAWAY 1", f -> f.cancel(1)),
                scenario("reset of the connection", "GOAWAY 1", f -> f.cancel(0)),
                scenario("reset of 3 bytes", "GOAWAY 6", f -> f.get(1, LIVE).frame(RST_STREAM, 0, 1, new byte[3])),
                scenario("reset flood", "GOAWAY 11", f -> {
                    for (int stream = 1; stream < 2_000; stream += 2) {
                        f.post(stream, LIVE).cancel(stream);
                    }
                }),
                scenario("resets that the server is made to send", "GOAWAY 11", f -> {
                    for (int stream = 1; stream < 2_000; stream += 2) {
                        f.post(stream, LIVE).windowUpdate(stream, 0);
                    }
                }),
                scenario("continuation flood", "GOAWAY 11", f -> {
                    f.frame(HEADERS, END_STREAM, 1, GET);
                    repeat(FLOOD, next -> next.frame(CONTINUATION, 0, 1, new byte[1])).accept(f);
                }),
                scenario("endless headers", "GOAWAY 1", f -> {
                    f.frame(HEADERS, END_STREAM, 1, GET);
                    repeat(20, next -> next.frame(CONTINUATION, 0, 1, fields("x", "a".repeat(8_000)))).accept(f);
                }),
                scenario("ping within headers", "GOAWAY 1",
                        f -> f.frame(HEADERS, END_STREAM, 1, GET).frame(PING, 0, 0, new byte[8])),
                scenario("headers within headers", "GOAWAY 1", f -> f.frame(HEADERS, END_STREAM, 1, GET).get(3, LIVE)),
                scenario("continuation of nothing", "GOAWAY 1", f -> f.frame(CONTINUATION, END_HEADERS, 1, GET)),
                scenario("continuation on another stream", "GOAWAY 1",
                        f -> f.frame(HEADERS, END_STREAM, 1, GET).frame(CONTINUATION, END_HEADERS, 3)),
                scenario("data on an idle stream", "GOAWAY 1", f -> f.lastData(1, "x")),
                scenario("data of the connection", "GOAWAY 1", f -> f.lastData(0, "x")),
                scenario("data after the end", "1:RST 5",
                        f -> f.post(1, Port.REST.path()).cancel(1).lastData(1, "x").lastData(1, "x")),
                scenario("headers of the connection", "GOAWAY 1", f -> f.get(0, LIVE)),
                scenario("even stream", "GOAWAY 1", f -> f.get(2, LIVE)),
                scenario("lower stream", "3:RST 5 5:200", f -> f.get(5, LIVE).get(3, LIVE)),
                scenario("reserved bit", "1:200", f -> f.get(0x80000001, LIVE)),
                scenario("padding longer than headers", "GOAWAY 1", f -> f.frame(HEADERS, END_STREAM | END_HEADERS | PADDED, 1,
                        join(new byte[] { -1 }, GET))),
                scenario("padding longer than data", "GOAWAY 1",
                        f -> f.post(1, LIVE).frame(DATA, PADDED, 1, new byte[] { -1, 1, 2 })),
                scenario("nothing but padding", "GOAWAY 11",
                        f -> repeat(100, next -> next.frame(DATA, PADDED, 1, new byte[] { 3, 0, 0, 0 }))
                                .accept(f.post(1, LIVE))),
                scenario("empty data", "GOAWAY 11",
                        f -> repeat(100, next -> next.data(1, new byte[0])).accept(f.post(1, LIVE))),
                scenario("frame that is too long", "GOAWAY 6", f -> f.post(1, LIVE).data(1, new byte[16_385])),
                scenario("unknown frames", "", repeat(100, f -> f.frame(0xbb, 0xff, 0, new byte[9]).frame(0xcc, 0, 5))),
                scenario("push by a client", "GOAWAY 1", f -> f.frame(PUSH_PROMISE, END_HEADERS, 1, join(number(2), GET))),
                scenario("end by the client", "", f -> f.frame(GOAWAY, 0, 0, new byte[8])),
                scenario("end on a stream", "GOAWAY 1", f -> f.frame(GOAWAY, 0, 1, new byte[8])),
                scenario("end of 4 bytes", "GOAWAY 6", f -> f.frame(GOAWAY, 0, 0, new byte[4])),
                scenario("window of the connection by 0", "GOAWAY 1", f -> f.windowUpdate(0, 0)),
                scenario("window of a stream by 0", "1:RST 1", f -> f.post(1, Port.REST.path()).windowUpdate(1, 0)),
                scenario("overflow of the connection's window", "GOAWAY 3", f -> f.windowUpdate(0, Integer.MAX_VALUE)),
                scenario("overflow of a stream's window", "1:RST 3",
                        f -> f.post(1, Port.REST.path()).windowUpdate(1, Integer.MAX_VALUE)),
                scenario("window of an idle stream", "GOAWAY 1", f -> f.windowUpdate(1, 1)),
                scenario("window of 3 bytes", "GOAWAY 6", f -> f.frame(WINDOW_UPDATE, 0, 0, new byte[3])),
                scenario("window flood", "", repeat(FLOOD, f -> f.windowUpdate(0, 1))),
                scenario("more streams than allowed", "201:RST 7 203:RST 7", f -> {
                    for (int stream = 1; stream <= 203; stream += 2) {
                        f.post(stream, Port.REST.path());
                    }
                    f.lastData(201, "{}").cancel(1).cancel(3).cancel(5);
                }),
                scenario("many more streams than allowed", "GOAWAY 11", f -> {
                    for (int stream = 1; stream < 3_000; stream += 2) {
                        f.post(stream, Port.REST.path());
                    }
                }),
                scenario("malformed streams, and then an error of the connection", "GOAWAY 1", f -> {
                    for (int stream = 1; stream <= 99; stream += 2) {
                        f.headers(stream, 0, "GET", LIVE, "content-length", "-1");
                    }
                    f.headers(101, 0, "", LIVE).cancel(0);
                }));
    }

    private static Scenario block(String name, String answers, byte[] block) {
        return scenario(name, answers, f -> f.frame(HEADERS, END_STREAM | END_HEADERS, 1, block));
    }

    private static byte[] octets(int... values) {
        byte[] octets = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            octets[i] = (byte) values[i];
        }
        return octets;
    }

    private static Scenario with(String answers, String... more) {
        return block(String.join(" ", more), answers, join(GET, fields(more)));
    }

    private static Scenario request(String answers, String... all) {
        return block(String.join(" ", all), answers, fields(all));
    }

    private static Scenario path(String answers, String path) {
        return request(answers, ":method", "GET", ":scheme", "http", ":authority", "localhost", ":path", path);
    }

    private static Scenario authority(String answers, String authority) {
        return request(answers, ":method", "GET", ":scheme", "http", ":authority", authority, ":path", LIVE);
    }

    private static Stream<Scenario> headers() {
        return Stream.of(
                block("index 0", "GOAWAY 9", octets(0x80)),
                block("unknown index", "GOAWAY 9", octets(0xff, 0xff, 0xff, 0xff, 7)),
                block("endless number", "GOAWAY 9",
                        octets(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
                block("truncated block", "GOAWAY 9", Arrays.copyOf(GET, GET.length - 3)),
                block("too large table", "GOAWAY 9", join(octets(0x3f, 0xff, 0xff, 0xff, 7), GET)),
                block("late change of the table", "GOAWAY 9", join(GET, octets(0x20))),
                block("bad Huffman code", "GOAWAY 9", join(octets(0, 0x81, 0xff, 0x81, 0xff), GET)),
                block("bomb", "GOAWAY 1",
                        join(GET, octets(0x40, 1, 'x', 0x7f, 0x81, 0x1e),
                                TokenRequest.bytes("a".repeat(3_968) + "\u00be".repeat(9_000)))),
                block("no headers", "1:RST 1", new byte[0]),
                request("1:RST 1", ":scheme", "http", ":authority", "localhost", ":path", LIVE),
                request("1:RST 1", ":method", "GET", ":authority", "localhost", ":path", LIVE),
                request("1:RST 1", ":method", "GET", ":scheme", "http", ":authority", "localhost"),
                request("1:400", ":method", "GET", ":scheme", "http", ":path", LIVE),
                request("1:RST 1", ":method", "GET", ":scheme", "http", ":path", LIVE, "host", "localhost", "host",
                        "localhost"),
                request("1:RST 1", ":method", "GET", ":scheme", "http", "x", "y", ":path", LIVE),
                request("1:RST 1", ":method", "G T", ":scheme", "http", ":authority", "localhost", ":path", LIVE),
                request("1:RST 1", ":method", "", ":scheme", "http", ":authority", "localhost", ":path", LIVE),
                request("1:400", ":method", "CONNECT", ":authority", "localhost"),
                with("1:RST 1", ":method", "GET"), with("1:RST 1", ":path", "/"), with("1:RST 1", ":status", "200"),
                with("1:RST 1", ":x", "y"), with("1:RST 1", "X", "y"), with("1:RST 1", "connection", "close"),
                with("1:RST 1", "te", "gzip"), with("1:200", "te", "trailers"), with("1:RST 1", "transfer-encoding", "chunked"),
                with("1:RST 1", "upgrade", "h2c"), with("1:RST 1", "keep-alive", "1"), with("1:200", "host", "localhost"),
                with("1:RST 1", "host", "evil.example"), with("1:RST 1", "x", "a\r\nb: c"), with("1:RST 1", "x", "a\0"),
                with("1:RST 1", "x\r\ny", "a"), with("1:RST 1", "", "a"), with("1:RST 1", "x y", "a"),
                with("1:RST 1", "x:y", "a"),
                with("1:200", "x", "a".repeat(7_900)), with("1:RST 1", "content-length", "15"),
                path("1:RST 1", ""), path("1:404", "q/health/live"), path("1:404", "*"), path("1:400", "/q/health/live x"),
                path("1:RST 1", "/\r\nx: y"), path("1:RST 1", "/q/\0"), path("1:400", "/q/%zz"), path("1:400", "/["),
                path("1:404", "/" + "a".repeat(7_500)),
                authority("1:RST 1", ""), authority("1:RST 1", "a@localhost"), authority("1:RST 1", "localhost:99999"),
                authority("1:RST 1", "local host"));
    }

    private static Scenario body(String name, String answers, Consumer<RawHttp2> frames, String... headers) {
        return scenario(name, answers, f -> {
            f.frame(HEADERS, END_HEADERS, 1, post(headers));
            frames.accept(f);
        });
    }

    /** Callers without credentials; a body that is read to its end is 401. */
    private static Stream<Scenario> bodies() {
        return Stream.of(
                body("length", "1:401", f -> f.lastData(1, "{}"), "content-length", "2"),
                body("shorter than said", "1:RST 1", f -> f.lastData(1, "{}"), "content-length", "3"),
                body("longer than said", "1:RST 1", f -> f.lastData(1, "{}"), "content-length", "1"),
                body("negative length", "1:RST 1", f -> f.lastData(1, "{}"), "content-length", "-2"),
                body("length with a sign", "1:RST 1", f -> f.lastData(1, "{}"), "content-length", "+2"),
                body("huge length", "1:RST 1", f -> f.lastData(1, "{}"), "content-length", "99999999999999999999"),
                body("trailers", "1:401",
                        f -> f.data(1, TokenRequest.bytes("{}")).frame(HEADERS, END_STREAM | END_HEADERS, 1, fields("x", "y"))),
                body("trailers with a path", "1:RST 1",
                        f -> f.data(1, TokenRequest.bytes("{}")).frame(HEADERS, END_STREAM | END_HEADERS, 1,
                                fields(":path", "/"))),
                body("too large", "1:413", f -> f.data(1, new byte[16_384]).data(1, new byte[1]).lastData(1, ""),
                        "authorization", "Bearer " + Client.AGENTS.secret()));
    }

    private static String outcome(Conversation conversation) {
        Http2Responses responses = Http2Responses.of(conversation.received());
        if (responses.goAway().isPresent()) {
            return "GOAWAY " + responses.goAway().getAsInt();
        }
        Map<Integer, String> streams = new TreeMap<>(responses.statuses());
        responses.resets().forEach((stream, code) -> streams.putIfAbsent(stream, "RST " + code));
        streams.remove(LAST);
        return streams.entrySet().stream().map(stream -> stream.getKey() + ":" + stream.getValue())
                .collect(Collectors.joining(" "));
    }

    private static boolean isExpected(Conversation conversation, Scenario scenario) {
        return scenario.answers().equals(SERVED_OR_CLOSED) || scenario.answers().equals(outcome(conversation));
    }

    private static String play(AttackedService service, Scenario scenario, Port port) {
        TokenRequest last = service.newRequest(port, Client.PAYMENTS);
        RawHttp2 frames = new RawHttp2().preface(65_535);
        scenario.frames().accept(frames);
        last.http2(frames, LAST).frame(PING, 0, 0, join(number(0), number((int) PING_VALUE)));
        try (Conversation conversation = service.open(port, Protocol.HTTP_2)) {
            conversation.send(frames.bytes());
            conversation.await(PATIENCE, () -> {
                Http2Responses responses = Http2Responses.of(conversation.received());
                return conversation.isClosed() || responses.hasEnded(LAST) && responses.hasPing(PING_VALUE)
                        && isExpected(conversation, scenario);
            });

            assertThat(isExpected(conversation, scenario)).as(outcome(conversation)).isTrue();
            if (!conversation.isClosed() || !scenario.answers().equals(SERVED_OR_CLOSED)
                    && !scenario.answers().startsWith("GOAWAY")) {
                assertThat(TokenRequest.scopesIn(Http2Responses.of(conversation.received()).body(LAST)))
                        .as("the next request").containsExactly(last.scope());
            }
            return "";
        } catch (AssertionError e) {
            return scenario.name() + " at " + port + ": " + e.getMessage();
        }
    }

    private static void assertAll(Stream<Scenario> scenarios, Port... ports) {
        assertAll(service, scenarios, ports);
    }

    private static void assertAll(AttackedService service, Stream<Scenario> scenarios, Port... ports) {
        ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            List<CompletableFuture<String>> all = scenarios.flatMap(scenario -> Stream.of(ports)
                    .map(port -> CompletableFuture.supplyAsync(() -> play(service, scenario, port), threads))).toList();

            assertThat(all.stream().map(CompletableFuture::join).filter(failure -> !failure.isEmpty())).isEmpty();
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void oddFramesHarmNoOtherStreamOrEndTheConnection() {
        assertAll(framing(), Port.REST);
        assertAll(framing().filter(scenario -> scenario.answers().startsWith("GOAWAY") || scenario.answers().isEmpty()),
                Port.MCP);
    }

    @Test
    void oddHeadersEndTheirStreamOnly() {
        assertAll(headers(), Port.REST);
        assertAll(headers().filter(scenario -> scenario.answers().contains("RST")), Port.MCP);
    }

    @Test
    void oddBodiesEndTheirStreamOnly() {
        assertAll(bodies(), Port.REST);
    }

    @Test
    void tlsChangesNothing(@TempDir Path folder) {
        try (AttackedService tls = AttackedService.startWithTls(folder)) {
            assertAll(tls, sample(framing()), Port.REST);
            assertAll(tls, sample(headers()), Port.REST);
            assertAll(tls, bodies(), Port.REST);
            tls.assertServed();
            tls.assertNothingIsLeft();
        }
    }

    private static Stream<Scenario> sample(Stream<Scenario> scenarios) {
        List<Scenario> all = scenarios.toList();
        return IntStream.range(0, all.size()).filter(i -> i % SAMPLE == 0).mapToObj(all::get);
    }

    @Test
    void requestsOfBothPortsAreAnswered() {
        assertAll(Stream.of(scenario("nothing", "", f -> {
        })), Port.values());
    }

    /** The refused streams have no place in Vert.x: each error of the connection would be a NullPointerException. */
    @Test
    void connectionThatEndsBehindRefusedStreamsLeavesNothing() {
        for (int i = 0; i < 10; i++) {
            try (Conversation conversation = Conversation.open(service.port(Port.REST))) {
                RawHttp2 frames = new RawHttp2().preface(65_535);
                for (int stream = 1; stream < 1_000; stream += 2) {
                    frames.get(stream, LIVE);
                }
                conversation.send(frames.bytes());
                conversation.reset();
            }
        }
    }

    @Test
    void headHasNoBody() {
        for (Port port : Port.values()) {
            for (String path : List.of(LIVE, "/q/metrics", "/q/openapi", "/", Port.REST.path(), Port.MCP.path(), "/nothing")) {
                try (Conversation conversation = Conversation.open(service.port(port))) {
                    // Windows of 0 bytes: nothing but an empty frame has room.
                    conversation.send(new RawHttp2().preface(0).headers(1, END_STREAM, "HEAD", path)
                            .headers(3, END_STREAM, "HEAD", path).bytes());
                    conversation.await(PATIENCE, () -> {
                        Http2Responses responses = Http2Responses.of(conversation.received());
                        return responses.hasEnded(1) && responses.hasEnded(3);
                    });

                    Http2Responses responses = Http2Responses.of(conversation.received());
                    assertThat(responses.statuses().get(1)).as(path).isIn("200", "401", "404", "405");
                    assertThat(responses.resets()).as(path).isEmpty();
                    assertThat(responses.body(1) + responses.body(3)).as(path).isEmpty();
                }
            }
        }
    }

    /** Of a client that never reads: what waits for it would take more memory than what it sends. */
    @Test
    void connectionOfManyRefusedStreamsEnds() throws IOException {
        for (Port port : Port.values()) {
            RawHttp2 frames = new RawHttp2().preface(65_535);
            for (int stream = 1; stream < 2 * REFUSED; stream += 2) {
                frames.post(stream, port.path());
            }
            try (Socket socket = new Socket(RawHttp.LOOPBACK, service.port(port))) {
                OutputStream out = socket.getOutputStream();
                send(out, frames);
                await().atMost(PATIENCE).until(() -> !send(out, new RawHttp2().frame(PING, 0, 0, new byte[8])));
            }
        }
    }

    /** @return whether the connection is open */
    private static boolean send(OutputStream out, RawHttp2 frames) {
        try {
            out.write(frames.bytes());
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
