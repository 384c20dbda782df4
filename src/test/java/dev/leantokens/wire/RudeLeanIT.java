package dev.leantokens.wire;

import static dev.leantokens.testing.Callers.all;
import static dev.leantokens.testing.Callers.scope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Callers.Answer;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RudeLean;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;

/** Callers do not notice what a token endpoint or a gateway does to a connection. */
@QuarkusIntegrationTest
@WithTestResource(value = RudeLean.class, initArgs = {
        @ResourceArg(name = "cache.enabled", value = "true"),
        @ResourceArg(name = "lean.request-timeout", value = "2s"),
        @ResourceArg(name = "lean.deadline", value = "20s"),
        @ResourceArg(name = "lean.breaker-request-volume", value = "10"),
        @ResourceArg(name = "lean.breaker-delay", value = "100ms") })
class RudeLeanIT {

    private static final int CALLERS = 50;

    RudeLean lean;

    private Callers callers;

    @BeforeEach
    void connect() {
        lean.reset();
        callers = new Callers(lean.mcpPort());
        // The previous test may have opened the breaker.
        Awaitility.await()
                .until(() -> callers.rest(scope("customer." + UUID.randomUUID())).join().status() == 200);
        lean.reset();
    }

    @AfterEach
    void disconnect() {
        callers.close();
    }

    static Stream<Arguments> interims() {
        return Stream.of(
                arguments(List.of("102 Processing"), 0),
                arguments(List.of("102 Processing"), 50),
                arguments(List.of("102 Processing", "102 Processing"), 150),
                arguments(List.of("100 Continue", "103 Early Hints", "102 Processing"), 0),
                arguments(List.of("103 Early Hints"), 50),
                arguments(List.of("104 Upload Resumption Supported", "199 Whatever", "102 Processing", "100 Continue",
                        "110 x"), 20));
    }

    @ParameterizedTest(name = "{0}, {1} ms")
    @MethodSource("interims")
    void interimResponsesPrecedeTheFinalOne(List<String> interims, int millis) {
        lean.answers((connection, request) -> {
            for (String interim : interims) {
                connection.write("HTTP/1.1 " + interim + "\r\nLink: </x>\r\n\r\n");
                pause(millis);
            }
            connection.write(RudeLean.okay(request));
        });

        // The second round reuses the connections of the first.
        everyTokenIsForItsCaller();
        everyTokenIsForItsCaller();
        assertThat(lean.requests()).hasSize(2 * CALLERS);
    }

    /** The metadata document gets interim responses, too. */
    @Test
    void interimResponsesPrecedeTheMetadataDocument() {
        assertThat(RestAssured.get("/q/health/group/lean").asString()).contains("\"UP\"", "with status 200");
    }

    private void everyTokenIsForItsCaller() {
        List<String> scopes = IntStream.range(0, CALLERS).mapToObj(i -> "customer." + UUID.randomUUID()).toList();
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            answers.add(i % 2 == 0 ? callers.rest(scope(scopes.get(i))) : callers.mcp(scope(scopes.get(i))));
        }

        List<Answer> all = all(answers);

        for (int i = 0; i < CALLERS; i++) {
            assertThat(all.get(i).status()).as(all.get(i).body().encode()).isEqualTo(200);
            assertThat(all.get(i).token()).isEqualTo(token(scopes.get(i)));
        }
        // The cached token has the same scope.
        for (String scope : scopes) {
            assertThat(callers.rest(scope(scope)).join().token()).isEqualTo(token(scope));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\n\r\n", "HTTP/1.1 099 Nothing\r\nContent-Length: 0\r\n\r\n",
            "HTTP/3.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", "http/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            "SSH-2.0-OpenSSH_9.6\r\n\r\n" })
    void invalidResponseClosesItsConnection(String text) {
        lean.answers((connection, request) -> {
            connection.write(text);
            pause(50);
            connection.write(RudeLean.okay(request));
        });

        Answer answer = callers.rest(scope("api")).join();

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.error()).isEqualTo("server_error");
        lean.answers(RudeLean.POLITE);
        assertThat(callers.rest(scope("customer.a")).join().token()).isEqualTo(token("customer.a"));
        assertThat(lean.requests().get(lean.requests().size() - 1).nth()).isEqualTo(1);
    }

    /** By the service's credentials, since calls with callers' credentials share no connection. */
    @ParameterizedTest
    @ValueSource(ints = { 1, 20, Integer.MAX_VALUE })
    void secondResponseAnswersNoRequest(int bytesWithTheFirst) {
        lean.answers((connection, request) -> {
            String answer = RudeLean.okay(request);
            int some = Math.min(bytesWithTheFirst, answer.length());
            connection.write(answer + answer.substring(0, some));
            pause(20);
            connection.write(answer.substring(some));
        });

        for (int round = 0; round < 3; round++) {
            List<String> scopes = IntStream.range(0, 20).mapToObj(i -> "customer." + UUID.randomUUID()).toList();
            List<Answer> answers = all(scopes.stream().map(scope -> callers.rest(scope(scope))).toList());
            for (int i = 0; i < scopes.size(); i++) {
                assertThat(answers.get(i).status()).as(answers.get(i).body().encode()).isEqualTo(200);
                assertThat(answers.get(i).token()).isEqualTo(token(scopes.get(i)));
            }
        }
        assertThat(lean.requests()).allMatch(request -> request.nth() == 1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 408 Request Timeout\r\n\r\n", "\r\n",
            "x" })
    void unrequestedBytesCloseAnIdleConnection(String text) {
        CountDownLatch answered = new CountDownLatch(1);
        lean.answers((connection, request) -> {
            connection.write(RudeLean.okay(request));
            await(answered);
            connection.write(text);
        });
        callers.rest(scope("customer." + UUID.randomUUID())).join();

        answered.countDown();

        Awaitility.await().until(() -> lean.connections().isEmpty());
        assertThat(callers.rest(scope("customer.b")).join().token()).isEqualTo(token("customer.b"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "408 Request Timeout", "421 Misdirected Request", "425 Too Early" })
    void statusAboutAReusedConnectionIsRetriedOnANewOne(String status) {
        idleConnections(3);
        lean.answers((connection, request) -> connection.write(request.nth() > 1
                ? RudeLean.response(status, "{\"error\":\"invalid_request\"}")
                : RudeLean.okay(request)));

        everyTokenIsForItsCaller();
    }

    @Test
    void connectionThatBreaksWithinTheHeadersIsReportedAsBroken() {
        AtomicInteger broken = new AtomicInteger();
        lean.answers((connection, request) -> {
            if (broken.incrementAndGet() == 1) {
                connection.write("HTTP/1.1 200 OK\r\nContent-Le");
                connection.close();
            } else {
                connection.write(RudeLean.okay(request));
            }
        });

        assertThat(callers.rest(scope("api", UUID.randomUUID().toString(), "secret")).join().status()).isEqualTo(200);
    }

    /** The other side forgot the connections, and answers with RST. */
    @Test
    void resetIdleConnectionsCauseNoError() {
        int idle = idleConnections(40);
        lean.answers((connection, request) -> {
            if (request.nth() > 1) {
                connection.reset();
            } else {
                connection.write(RudeLean.okay(request));
            }
        });

        everyTokenIsForItsCaller();
        for (int i = 0; i < 20; i++) {
            assertThat(callers.rest(scope("customer." + UUID.randomUUID())).join().status()).isEqualTo(200);
        }
        // At most one failed attempt for each.
        assertThat(lean.requests()).hasSizeLessThanOrEqualTo(idle + 2 * (CALLERS + 20));
    }

    /** A NAT forgot the connections, and drops what is sent. */
    @Test
    void silentIdleConnectionsCauseNoError() {
        idleConnections(20);
        CountDownLatch over = new CountDownLatch(1);
        lean.answers((connection, request) -> {
            if (request.nth() > 1) {
                await(over);
            } else {
                connection.write(RudeLean.okay(request));
            }
        });
        try {
            everyTokenIsForItsCaller();
            for (int i = 0; i < 20; i++) {
                assertThat(callers.rest(scope("customer." + UUID.randomUUID())).join().status()).isEqualTo(200);
            }
        } finally {
            over.countDown();
        }
    }

    static Stream<Arguments> leniently() {
        return Stream.of(
                arguments("a malformed Date", "Date: yesterday"),
                arguments("an empty Date", "Date: "),
                arguments("an odd Content-Type", "Content-Type: ;;;///"),
                arguments("an empty Content-Type", "Content-Type: "),
                arguments("another Content-Type", "Content-Type: text/html;charset=nonsense"),
                arguments("a malformed Location", "Location: ht tp://%%"),
                arguments("a malformed cookie", "Set-Cookie: =;=;;Expires=never"),
                arguments("a malformed Link, Allow, Last-Modified and ETag",
                        "Link: <<>>\r\nAllow: \r\nLast-Modified: x\r\nETag: x\r\nContent-Language: _-_"),
                arguments("a malformed Retry-After", "Retry-After: soon"),
                arguments("a cookie with NUL", "Set-Cookie: a=b\u0000c"),
                arguments("a Date of NUL", "Date: \u0000"),
                arguments("a control character in a value", "X-A: a\u000bb"),
                arguments("a control character in a name", "X\u0001A: b"),
                arguments("an empty name", ": b"),
                arguments("a malformed Keep-Alive", "Keep-Alive: timeout=x, max"),
                arguments("identity", "Content-Encoding: identity"),
                arguments("9 KiB of headers", "X-Long: " + "x".repeat(9 * 1024)),
                arguments("60 KiB of headers", ("X-Long: " + "x".repeat(1000) + "\r\n").repeat(60) + "X: y"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("leniently")
    void unusedHeaderIsNotParsed(String name, String header) {
        lean.answers((connection, request) -> connection.write(RudeLean.okay(request, header)));

        Answer answer = callers.rest(scope("api", UUID.randomUUID().toString(), "secret")).join();

        assertThat(answer.status()).as(answer.body().encode()).isEqualTo(200);
        assertThat(lean.requests()).hasSize(1);
    }

    @Test
    void tooLargeHeadersAreReported() {
        lean.answers((connection, request) -> connection
                .write(RudeLean.okay(request, ("X-Long: " + "x".repeat(1000) + "\r\n").repeat(70)
                        + "X: y")));

        Answer answer = callers.rest(scope("api", UUID.randomUUID().toString(), "secret")).join();

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body().getString("error_description")).contains("headers", "64 KiB");
    }

    @ParameterizedTest
    @ValueSource(strings = { "gzip", "br", "x-gzip, gzip" })
    void encodedResponseIsReported(String coding) {
        lean.answers((connection, request) -> connection.write(RudeLean.okay(request, "Content-Encoding: " + coding)));

        Answer answer = callers.rest(scope("api", UUID.randomUUID().toString(), "secret")).join();

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body().getString("error_description")).contains(coding);
        assertThat(lean.requests().get(0).head()).containsIgnoringCase("\r\nAccept-Encoding: identity\r\n");
    }

    /** @return the number of idle connections */
    private int idleConnections(int wanted) {
        AtomicInteger arrived = new AtomicInteger();
        CountDownLatch together = new CountDownLatch(1);
        lean.answers((connection, request) -> {
            if (arrived.incrementAndGet() == wanted) {
                together.countDown();
            }
            await(together);
            connection.write(RudeLean.okay(request));
        });
        all(IntStream.range(0, wanted).mapToObj(i -> callers.rest(scope("customer." + UUID.randomUUID()))).toList());
        assertThat(lean.accepted()).isEqualTo(wanted);
        return wanted;
    }

    private static String token(String scope) {
        return RudeLean.token(scope, LeanStub.CLIENT_ID);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits on a thread of the server. */
    private static void pause(int millis) {
        await(new CountDownLatch(1), Duration.ofMillis(millis));
    }

    private static void await(CountDownLatch latch, Duration time) {
        try {
            latch.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
