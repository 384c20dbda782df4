package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RawHttp2;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;

/** Unread answers do not fill the memory. */
class UnreadAnswersIT {

    private static final int CONNECTIONS_OF_A_PEER = 30;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String LIVE = "GET /q/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String METRICS = "/q/metrics";
    private static final String DESCRIPTION = "GET /q/openapi HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static final LeanStub LEAN = new LeanStub();
    private static PackagedApplication application;

    private final List<Socket> sockets = new ArrayList<>();

    @BeforeAll
    static void start() {
        LEAN.start();
        application = PackagedApplication.start(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", LEAN.url(), "ACCESS_ANONYMOUS", "always", "LIMITS_REQUEST_TIME", "1s",
                "LIMITS_CONNECTIONS_PER_PEER", Integer.toString(CONNECTIONS_OF_A_PEER)));
    }

    @AfterAll
    static void stop() {
        application.close();
        LEAN.stop();
    }

    @AfterEach
    void hangUp() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(4096);
        socket.bind(new InetSocketAddress(InetAddress.getByName(RawHttp.ELSEWHERE), 0));
        socket.connect(new InetSocketAddress(RawHttp.LOOPBACK, port));
        return socket;
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

    private static void assertServed() {
        Peers peers = new Peers(application.port(), application.mcpPort());
        assertThat(peers.rest(RawHttp.LOOPBACK).status()).isEqualTo(200);
        assertThat(peers.mcp(RawHttp.LOOPBACK)).contains(LeanStub.TOKEN);
    }

    private static void assertServedUntilEnded(List<CompletableFuture<Void>> attacks) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertServed();
            assertThat(attacks).allMatch(CompletableFuture::isDone);
        });
    }

    /** Sends until the service closes the connection. */
    private static CompletableFuture<Void> flood(Socket socket, String request) {
        byte[] requests = request.repeat(1_000).getBytes(StandardCharsets.US_ASCII);
        return CompletableFuture.runAsync(() -> {
            try {
                while (true) {
                    socket.getOutputStream().write(requests);
                }
            } catch (IOException e) {
                // Closed.
            }
        }, task -> new Thread(task).start());
    }

    @Test
    void unreadAnswersOfPipelinedRequestsCloseTheConnection() throws IOException {
        // The operating system buffers megabytes of responses first: that many health checks take long on a busy machine.
        assertServedUntilEnded(List.of(
                flood(connect(application.port()), DESCRIPTION), flood(connect(application.port()), DESCRIPTION),
                flood(connect(application.mcpPort()), LIVE), flood(connect(application.mcpPort()), LIVE)));
    }

    @Test
    void closedWindowOfHttp2ClosesTheConnection() throws IOException {
        Socket socket = connect(application.port());
        RawHttp2 attack = new RawHttp2().preface(0);
        for (int stream = 1; stream < 20; stream += 2) {
            attack.get(stream, METRICS);
        }
        socket.getOutputStream().write(attack.bytes());
        CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> {
            try {
                socket.getInputStream().readAllBytes();
            } catch (IOException e) {
                // Reset.
            }
        });

        assertServedUntilEnded(List.of(ended));
    }

    @ParameterizedTest
    @CsvSource({ "/q/health, 100", METRICS + ", 10" })
    void concurrentRequestsOnAnHttp2ConnectionAreAnswered(String path, int atATime) {
        Vertx vertx = Vertx.vertx();
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false)
                        .setHttp2MultiplexingLimit(atATime),
                new PoolOptions().setHttp2MaxSize(1));
        try {
            List<Future<Integer>> statuses = IntStream.range(0, 300)
                    .mapToObj(i -> client.request(HttpMethod.GET, application.port(), RawHttp.LOOPBACK, path)
                            .compose(HttpClientRequest::send)
                            .compose(response -> response.body().map(body -> response.statusCode())))
                    .toList();

            assertThat(statuses).allSatisfy(status -> assertThat(status.toCompletionStage().toCompletableFuture().join())
                    .isEqualTo(200));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void idleStreamOutlivesAConnectionWithUnreadAnswers() throws IOException {
        Socket stream = connect(application.mcpPort());
        stream.getOutputStream().write("GET /mcp/sse HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        CompletableFuture<Void> unread = flood(connect(application.mcpPort()), LIVE);
        await().atMost(PATIENCE).until(unread::isDone);

        stream.getInputStream().readNBytes(stream.getInputStream().available());
        assertThat(isClosed(stream)).isFalse();
    }

    @Test
    void nothingIsAnsweredAfterAnAnswerThatClosesTheConnection() {
        RawHttp.Response response = RawHttp.send(RawHttp.ELSEWHERE, application.port(), "POST /v1/oauth2/token HTTP/1.1\r\n"
                + "Host: localhost\r\nContent-Length: 20000\r\n\r\n" + "x".repeat(20_000) + LIVE.repeat(10));

        assertThat(response.status()).isEqualTo(413);
        assertThat(response.headers()).containsEntry("connection", "close");
        assertThat(response.body()).doesNotContain("HTTP/1.1");
    }

    @Test
    void closingAConnectionWithAnUnansweredRequestCausesNoError() throws IOException {
        LEAN.givesTokensOfTheirOwn(3600, 500);
        for (int i = 0; i < 5; i++) {
            String body = "{\"scope\":\"customer." + i + "\"}";
            Socket socket = connect(application.port());
            String request = "POST /v1/oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: ";
            socket.getOutputStream().write((request + body.length() + "\r\n\r\n" + body + request + "100\r\n\r\n{")
                    .getBytes(StandardCharsets.US_ASCII));
            socket.close();
        }
        await().untilAsserted(() -> assertThat(LEAN.requests()).hasSizeGreaterThanOrEqualTo(5));
        LEAN.givesToken();

        assertServed();
        assertThat(application.log()).doesNotContain("NullPointerException").doesNotContain("\tat ");
    }
}
