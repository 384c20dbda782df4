package dev.leantokens.wire;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.LeanStub;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;

@QuarkusIntegrationTest
@TestProfile(MaxConnectionsIT.TwoConnections.class)
class MaxConnectionsIT {

    private static final int CALLERS = 60;

    /** Accepts connections and never answers. */
    private static final ServerSocket LEAN = socket();

    public static class TwoConnections implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("lean.url", "http://127.0.0.1:" + LEAN.getLocalPort(), "lean.client-id", LeanStub.CLIENT_ID,
                    "lean.client-secret", LeanStub.CLIENT_SECRET, "lean.request-timeout", "2s", "lean.max-connections", "2",
                    "lean.max-attempts", "1", "lean.breaker-request-volume", "1000",
                    "mcp.port", Integer.toString(FreePorts.next()));
        }
    }

    @Test
    void connectionsStayWithinTheLimitAndEveryCallerIsAnswered() throws IOException {
        List<Socket> accepted = new CopyOnWriteArrayList<>();
        Thread acceptor = new Thread(() -> {
            try {
                while (true) {
                    accepted.add(LEAN.accept());
                }
            } catch (IOException closed) {
                // The test is over.
            }
        });
        acceptor.setDaemon(true);
        acceptor.start();

        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        List<CompletableFuture<Integer>> answers = IntStream.range(0, CALLERS).mapToObj(i -> CompletableFuture.supplyAsync(
                () -> {
                    RequestSpecification request = given().formParam("scope", "customer." + i);
                    return (i % 2 == 0 ? request
                            : request.formParams("client_id", LeanStub.CALLERS_ID, "client_secret", LeanStub.CALLERS_SECRET))
                            .post("/v1/oauth2/token").statusCode();
                }, callers).orTimeout(30, TimeUnit.SECONDS)).toList();

        await().until(() -> accepted.size() == 2);
        await().during(Duration.ofSeconds(1)).until(() -> accepted.size() == 2);
        // Callers with a connection time out; the others are refused: too many wait, or too many tries of their credentials.
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isIn(429, 503, 504))
                .anySatisfy(answer -> assertThat(answer.join()).isEqualTo(503))
                .anySatisfy(answer -> assertThat(answer.join()).isEqualTo(504));

        callers.shutdown();
        LEAN.close();
        for (Socket socket : accepted) {
            socket.close();
        }
    }

    private static ServerSocket socket() {
        try {
            return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
