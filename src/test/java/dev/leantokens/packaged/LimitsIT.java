package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.KeptConnection;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;

/**
 * A greedy caller takes nothing from others. The limits are small enough for a test to reach them.
 */
class LimitsIT {

    private static final int CONNECTIONS = 20;
    private static final int CONNECTIONS_OF_A_PEER = 8;
    private static final int SESSIONS_OF_A_CALLER = 3;

    /** The longest time from the start of a request to the start of its answer. */
    private static final Duration REQUEST_TIME = Duration.ofSeconds(3);
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
            + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}";
    private static final String CALL = PING.replace("\"ping\"", "\"tools/call\",\"params\":{\"name\":\"" + McpCalls.TOOL
            + "\",\"arguments\":{\"body\":{\"scope\":\"api\"}}}");
    /** Of the MCP extension, not of MCP. */
    private static final String CLOSE = PING.replace("ping", "q/close");
    private static final String AGENTS = "Authorization: Bearer secret-of-agents-0123456789";
    private static final String PAYMENTS = "Authorization: Bearer secret-of-payments-0123456789";

    private final LeanStub lean = new LeanStub();
    private final List<Socket> sockets = new ArrayList<>();
    private PackagedApplication application;

    @BeforeEach
    void start() {
        lean.start();
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(), "ACCESS_ANONYMOUS", "always", "LEAN_DEADLINE",
                DEADLINE.toSeconds() + "s",
                "LEAN_REQUEST_TIMEOUT", "1s", "LIMITS_CONNECTIONS", Integer.toString(CONNECTIONS),
                "LIMITS_CONNECTIONS_PER_PEER",
                Integer.toString(CONNECTIONS_OF_A_PEER), "LIMITS_REQUEST_TIME", REQUEST_TIME.minus(DEADLINE).toSeconds() + "s",
                "MCP_MAX_SESSIONS_PER_CALLER", Integer.toString(SESSIONS_OF_A_CALLER)));
        environment.putAll(Map.of("ACCESS_CLIENTS_AGENTS_SECRET", "secret-of-agents-0123456789", "ACCESS_CLIENTS_AGENTS_SCOPES",
                "api,customer.*", "ACCESS_CLIENTS_PAYMENTS_SECRET", "secret-of-payments-0123456789",
                "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api,customer.*"));
        application = PackagedApplication.start(environment);
    }

    @AfterEach
    void stop() {
        sockets.forEach(LimitsIT::close);
        application.close();
        lean.stop();
    }

    private Socket connect(String from, int port) {
        try {
            Socket socket = new Socket();
            sockets.add(socket);
            socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
            socket.connect(new InetSocketAddress(RawHttp.LOOPBACK, port), 5_000);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void send(Socket socket, String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
        } catch (IOException e) {
            // Closed by the service, as the test expects.
        }
    }

    private static boolean isClosed(Socket socket) {
        try {
            socket.setSoTimeout(50);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private void assertServed(String from) {
        Peers peers = new Peers(application.port(), application.mcpPort());
        assertThat(peers.rest(from).status()).isEqualTo(200);
        assertThat(peers.mcp(from)).contains(LeanStub.TOKEN);
    }

    @Test
    void peerWithTooManyConnectionsLeavesThoseOfOthersOpen() {
        for (int port : new int[] { application.port(), application.mcpPort() }) {
            List<Socket> greedy = IntStream.range(0, CONNECTIONS_OF_A_PEER + 5)
                    .mapToObj(i -> connect(RawHttp.ELSEWHERE, port)).toList();

            await().untilAsserted(() -> assertThat(greedy.stream().filter(LimitsIT::isClosed)).hasSize(5));
        }
        assertServed(RawHttp.LOOPBACK);
        await().untilAsserted(() -> assertThat(application.linesOf("WARN"))
                .anyMatch(line -> line.contains("LIMITS_CONNECTIONS_PER_PEER")));
    }

    @Test
    void portAcceptsNoMoreThanItsConnections() {
        List<Socket> all = IntStream.rangeClosed(1, 5).boxed().flatMap(peer -> IntStream.range(0, 5)
                .mapToObj(i -> connect("127.0.1." + peer, application.port()))).toList();

        await().untilAsserted(() -> assertThat(all.stream().filter(LimitsIT::isClosed)).hasSize(25 - CONNECTIONS));
    }

    @Test
    void incompleteRequestIsClosedAndOthersAreServed() {
        List<Socket> slow = new ArrayList<>();
        for (int port : new int[] { application.port(), application.mcpPort() }) {
            slow.add(connect(RawHttp.ELSEWHERE, port));
            Socket header = connect(RawHttp.ELSEWHERE, port);
            send(header, "POST /v1/oauth2/token HTTP/1.1\r\nX-");
            slow.add(header);
            Socket body = connect(RawHttp.ELSEWHERE, port);
            send(body, "POST " + (port == application.port() ? "/v1/oauth2/token" : "/mcp") + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: 1000\r\n\r\n{");
            slow.add(body);
            Socket http2 = connect(RawHttp.ELSEWHERE, port);
            send(http2, "PRI * HTTP/2.0\r\n");
            slow.add(http2);
        }

        await().atMost(REQUEST_TIME.multipliedBy(4)).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            // Bytes keep arriving, so no connection is idle.
            slow.subList(1, slow.size()).forEach(socket -> send(socket, "b"));
            assertServed(RawHttp.LOOPBACK);
            assertThat(slow).allMatch(LimitsIT::isClosed);
        });
        assertThat(application.log()).doesNotContain("\tat ");
    }

    @Test
    void connectionIsClosedIfTheBodyOfARefusedRequestDoesNotArrive() {
        for (int port : new int[] { application.port(), application.mcpPort() }) {
            try (KeptConnection connection = new KeptConnection(RawHttp.LOOPBACK, port)) {
                assertThat(connection.send(refused(port) + "{").response().status()).isEqualTo(401);

                assertThat(connection.isClosed()).isTrue();
            }
        }
    }

    /** {@code 100 Continue} does not count as an answer. */
    @Test
    void requestThatDoesNotContinueIsClosed() {
        for (int port : new int[] { application.port(), application.mcpPort() }) {
            try (KeptConnection connection = new KeptConnection(RawHttp.LOOPBACK, port)) {
                String request = refused(port).replaceFirst("Authorization: [^\r]+", "Expect: 100-continue");
                assertThat(connection.send(request).response().status()).isEqualTo(100);

                assertThat(connection.isClosed()).isTrue();
            }
        }
    }

    private String refused(int port) {
        return "POST " + (port == application.port() ? "/v1/oauth2/token" : "/mcp") + " HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Bearer unknown-secret\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n";
    }

    /** Callers without credentials and a local client each request more tokens than Lean allows in a minute. */
    @Test
    void greedyCallersLeaveAnotherClientItsShareOfCallsToLean() {
        Peers peers = new Peers(application.port(), application.mcpPort());
        for (int i = 0; i < 35; i++) {
            peers.token(RawHttp.LOOPBACK, "customer.a" + i, "");
            peers.token(RawHttp.ELSEWHERE, "customer.b" + i, "");
            peers.statelessCall(RawHttp.LOOPBACK, "customer.c" + i, "", AGENTS);
        }

        for (int i = 0; i < 14; i += 2) {
            assertThat(peers.token(RawHttp.LOOPBACK, "customer.d" + i, "", PAYMENTS).status()).isEqualTo(200);
            assertThat(peers.statelessCall(RawHttp.LOOPBACK, "customer.d" + (i + 1), "", PAYMENTS).body())
                    .contains("access_token");
        }
        // Three shares of 18, one of which requests only 14, and lent calls.
        assertThat(lean.requests()).hasSizeBetween(50, 60);
    }

    @Test
    void answeredConnectionMayBeIdle() {
        Socket idle = connect(RawHttp.LOOPBACK, application.port());
        KeptConnection refused = new KeptConnection(RawHttp.LOOPBACK, application.port());
        String request = "GET /q/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
        StringBuilder answers = new StringBuilder();
        send(idle, request);
        assertThat(refused.send(refused(application.port()) + "{").response().status()).isEqualTo(401);
        refused.send("}");
        Socket unready = connect(RawHttp.LOOPBACK, application.port());
        await().until(() -> isClosed(unready));
        send(idle, request);

        try (refused) {
            assertThat(refused.send(request).response().status()).as("after a body that arrived later than its answer")
                    .isEqualTo(200);
        }

        await().untilAsserted(() -> {
            answers.append(new String(idle.getInputStream().readNBytes(idle.getInputStream().available()),
                    StandardCharsets.US_ASCII));
            assertThat(answers.toString()).containsSubsequence("HTTP/1.1 200 OK", "HTTP/1.1 200 OK");
        });
    }

    @Test
    void headersThatAreTooLongAreRefused() {
        String header = "X-Long: " + "x".repeat(17 * 1024);

        assertThat(RawHttp.post(RawHttp.LOOPBACK, application.port(), "/v1/oauth2/token", "application/json", "{}", header)
                .status()).isEqualTo(431);
        assertThat(RawHttp.post(RawHttp.LOOPBACK, application.mcpPort(), "/mcp", "application/json", "{}", header).status())
                .isEqualTo(431);
        assertServed(RawHttp.LOOPBACK);
    }

    @Test
    void callerWithTooManySessionsLosesOnlyItsOwn() {
        String others = initialize(PAYMENTS);
        List<String> greedy = new ArrayList<>();
        for (int i = 0; i < SESSIONS_OF_A_CALLER + 2; i++) {
            greedy.add(initialize(AGENTS));
        }

        assertThat(greedy.stream().map(session -> ping(session, AGENTS))).containsExactly(404, 404, 200, 200, 200);
        assertThat(ping(others, PAYMENTS)).isEqualTo(200);
    }

    @Test
    void sessionServesOnlyItsOwner() {
        String session = initialize(AGENTS);

        assertThat(ping(session, PAYMENTS)).isEqualTo(404);
        assertThat(post(CALL, PAYMENTS, "Mcp-Session-Id: " + session).status()).isEqualTo(404);
        assertThat(post(CALL, AGENTS, "Mcp-Session-Id: " + session).status()).isEqualTo(200);
        assertThat(ping(session, "X-Other: x")).isEqualTo(404);
        assertThat(ping(session, "Authorization: Bearer wrong-secret-0123456789")).isEqualTo(401);
        assertThat(ping(session, AGENTS)).isEqualTo(200);
    }

    @Test
    void sessionIsGoneAfterItsClientEndedIt() {
        String session = initialize(AGENTS);

        assertThat(delete(session)).isEqualTo(200);
        assertThat(ping(session, AGENTS)).isEqualTo(404);
        assertThat(post(CALL, AGENTS, "Mcp-Session-Id: " + session).status()).isEqualTo(404);
    }

    @Test
    void endedSessionsDoNotCount() {
        String session = initialize(AGENTS);
        for (int i = 0; i < SESSIONS_OF_A_CALLER; i++) {
            assertThat(delete(initialize(AGENTS))).isEqualTo(200);
            assertThat(post(CLOSE, AGENTS, "Mcp-Session-Id: " + initialize(AGENTS)).status()).isEqualTo(200);
        }

        assertThat(ping(session, AGENTS)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = { "PUT", "HEAD", "FOO" })
    void otherMethodsDoNotEndASession(String method) {
        String session = initialize(AGENTS);

        assertThat(send(method, session)).isEqualTo(405);

        assertThat(ping(session, AGENTS)).isEqualTo(200);
        for (int i = 0; i < SESSIONS_OF_A_CALLER; i++) {
            send(method, initialize(AGENTS));
        }
        assertThat(ping(session, AGENTS)).isEqualTo(404);
    }

    @Test
    void trailingSlashDoesNotBypassTheOwnershipOfASession() {
        String session = initialize(AGENTS);

        assertThat(List.of("POST /mcp/", "POST /mcp//", "GET /mcp/", "DELETE /mcp/", "POST /mcp/messages/",
                "POST /mcp/messages/" + session + "/", "GET /mcp/nothing")).allSatisfy(
                        request -> assertThat(
                                RawHttp.send(RawHttp.LOOPBACK, application.mcpPort(),
                                        request + " HTTP/1.1\r\nHost: localhost\r\n" + PAYMENTS
                                                + "\r\nMcp-Session-Id: " + session + "\r\nContent-Type: application/json\r\n"
                                                + "Accept: application/json, text/event-stream\r\nContent-Length: "
                                                + INITIALIZE.length()
                                                + "\r\nConnection: close\r\n\r\n" + INITIALIZE)
                                        .status())
                                .isEqualTo(404));
        assertThat(ping(session, AGENTS)).isEqualTo(200);
    }

    @Test
    void streamOfTheOlderTransportServesOnlyItsOwner() {
        Stream agents = new Stream(AGENTS);

        assertThat(RawHttp
                .post(RawHttp.LOOPBACK, application.mcpPort(), agents.messages(), "application/json", INITIALIZE, PAYMENTS)
                .status()).isEqualTo(404);
        assertThat(RawHttp
                .post(RawHttp.LOOPBACK, application.mcpPort(), agents.messages(), "application/json", INITIALIZE, "X-No: x")
                .status()).isEqualTo(404);
        assertThat(
                RawHttp.post(RawHttp.LOOPBACK, application.mcpPort(), agents.messages(), "application/json", INITIALIZE, AGENTS)
                        .status())
                .isEqualTo(200);
        await().untilAsserted(() -> assertThat(agents.read()).contains("\"serverInfo\""));
    }

    @Test
    void streamsCountAsSessionsAndTheExcessIsClosed() {
        Stream others = new Stream(PAYMENTS);
        List<Stream> greedy = new ArrayList<>();
        for (int i = 0; i < SESSIONS_OF_A_CALLER + 2; i++) {
            greedy.add(new Stream(AGENTS));
        }

        await().untilAsserted(() -> assertThat(greedy.stream().map(stream -> isClosed(stream.socket)))
                .containsExactly(true, true, false, false, false));
        assertThat(isClosed(others.socket)).isFalse();
    }

    /** A stream of the older SSE transport. */
    private final class Stream {

        private final Socket socket = connect(RawHttp.LOOPBACK, application.mcpPort());
        private final StringBuilder received = new StringBuilder();

        private Stream(String authorization) {
            send(socket,
                    "GET /mcp/sse HTTP/1.1\r\nHost: localhost\r\n" + authorization
                            + "\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n");
            await().untilAsserted(() -> assertThat(read()).containsPattern("data: /mcp/messages/\\S+"));
        }

        private String read() throws IOException {
            received.append(new String(socket.getInputStream().readNBytes(socket.getInputStream().available()),
                    StandardCharsets.US_ASCII));
            return received.toString();
        }

        private String messages() {
            return received
                    .substring(received.indexOf("/mcp/messages/"), received.indexOf("\n", received.indexOf("/mcp/messages/")))
                    .strip();
        }
    }

    private String initialize(String authorization) {
        return post(INITIALIZE, authorization).headers().get("Mcp-Session-Id");
    }

    private int ping(String session, String authorization) {
        return post(PING, authorization, "Mcp-Session-Id: " + session).status();
    }

    private int delete(String session) {
        return send("DELETE", session);
    }

    private int send(String method, String session) {
        return RawHttp.send(RawHttp.LOOPBACK, application.mcpPort(), method + " /mcp HTTP/1.1\r\nHost: localhost\r\n" + AGENTS
                + "\r\nMcp-Session-Id: " + session + "\r\nConnection: close\r\n\r\n").status();
    }

    private RawHttp.Response post(String message, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Accept: application/json, text/event-stream");
        return RawHttp.post(RawHttp.LOOPBACK, application.mcpPort(), "/mcp", "application/json", message,
                all.toArray(String[]::new));
    }
}
