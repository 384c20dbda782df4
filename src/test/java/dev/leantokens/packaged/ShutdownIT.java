package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.TokenResponses;

class ShutdownIT {

    /** The exit code of a JVM or an executable after SIGTERM. */
    private static final int TERMINATED = 128 + 15;

    private static final int CALLERS = 8;

    private final LeanStub lean = new LeanStub();

    @BeforeEach
    void start() {
        lean.start();
    }

    @AfterEach
    void stop() {
        lean.stop();
    }

    @Test
    void requestsInFlightCompleteOnBothPortsAndBothClose() {
        lean.answers(LeanStub.json(200, TokenResponses.json("api")).withFixedDelay(2000));
        try (PackagedApplication application = PackagedApplication.start(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID,
                "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url()))) {
            Peers peers = new Peers(application.port(), application.mcpPort());
            ExecutorService callers = Executors.newFixedThreadPool(2 * CALLERS);
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                String rest = ownCredentials();
                String mcp = ownCredentials();
                answers.add(CompletableFuture.supplyAsync(() -> peers.rest(RawHttp.LOOPBACK, rest).body(), callers));
                answers.add(CompletableFuture.supplyAsync(() -> peers.mcp(RawHttp.LOOPBACK, mcp), callers));
            }
            Awaitility.await().until(() -> lean.requests().size() == answers.size());

            application.terminate();
            callers.shutdown();

            assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).contains(LeanStub.TOKEN));
            assertThat(application.exitCode()).isEqualTo(TERMINATED);
            assertThatThrownBy(() -> new Socket(RawHttp.LOOPBACK, application.port()).close())
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> new Socket(RawHttp.LOOPBACK, application.mcpPort()).close())
                    .isInstanceOf(IOException.class);
            assertThat(application.log()).doesNotContain("\tat ");
        }
    }

    @Test
    void openStreamDoesNotDelayTheExit() throws IOException {
        try (PackagedApplication application = PackagedApplication.start(Map.of("LEAN_URL", lean.url()));
                Socket stream = new Socket(RawHttp.LOOPBACK, application.mcpPort())) {
            stream.getOutputStream()
                    .write("GET /mcp/sse HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(stream.getInputStream().read()).isEqualTo('H');

            application.terminate();

            assertThat(application.exitCode()).isEqualTo(TERMINATED);
            assertThat(application.log()).doesNotContain("Timed out").doesNotContain("\tat ");
        }
    }

    /** Nothing that follows such a request may be handled as a request. */
    @Test
    void requestThatClosesItsConnectionDoesNotDelayTheExit() {
        lean.answers(LeanStub.json(200, TokenResponses.json("api")));
        try (PackagedApplication application = PackagedApplication.start(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID,
                "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url()))) {
            String refused = "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n";
            String incomplete = tokenRequest().replace("}", "");
            List<String> following = List.of("", "hello world\r\n\r\n", tokenRequest(), incomplete,
                    tokenRequest() + incomplete);
            for (String next : following) {
                assertThat(send(application, refused + next).status()).as(next).isEqualTo(400);

                RawHttp.Response pipelined = send(application, tokenRequest() + refused + next);
                assertThat(pipelined.status()).as(next).isEqualTo(200);
                assertThat(pipelined.body()).as(next).containsOnlyOnce("HTTP/1.1").contains("HTTP/1.1 400");
            }
            assertThat(lean.requests()).hasSameSizeAs(following);

            application.terminate();

            assertThat(application.exitCode()).isEqualTo(TERMINATED);
            assertThat(application.log()).doesNotContain("Timed out").doesNotContain("\tat ");
        }
    }

    private static RawHttp.Response send(PackagedApplication application, String request) {
        return RawHttp.send(RawHttp.LOOPBACK, application.port(), request);
    }

    private static String tokenRequest() {
        String body = "{\"scope\":\"api\"" + ownCredentials() + "}";
        return "POST /v1/oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }

    /** Uses a new Lean client for each request, so that no request shares a call. */
    private static String ownCredentials() {
        return ",\"client_id\":\"" + UUID.randomUUID() + "\",\"client_secret\":\"secret\"";
    }
}
