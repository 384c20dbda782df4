package dev.leantokens.issuer;

import static dev.leantokens.testing.RawServer.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Certificates.Identity;
import dev.leantokens.testing.ForwardProxy;
import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.RawServer;
import dev.leantokens.testing.RawServer.Manner;
import dev.leantokens.testing.TestClock;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;

class KeyFetchTest {

    private static final String KEYS = keys();
    /** Longer than the limit, with room for a busy machine. */
    private static final Duration PATIENCE = KeyFetch.LIMIT.plusSeconds(10);
    private static final Duration SHORT_LIMIT = Duration.ofSeconds(1);

    private final Vertx vertx = Vertx.vertx();
    private final TestClock clock = new TestClock();
    private final RawServer server = RawServer.start();

    @TempDir
    Path folder;

    private static String keys() {
        try {
            PublicJsonWebKey key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
            return "{\"keys\":[" + key.toJson(OutputControlLevel.PUBLIC_ONLY) + "]}";
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void close() {
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private KeyFetch fetch(KeySource source) {
        return fetch(source, KeyHosts.Lookup.OF_THE_JVM);
    }

    private KeyFetch fetch(KeySource source, KeyHosts.Lookup lookup) {
        return new KeyFetch(vertx, source, clock, lookup, KeyFetch.LIMIT);
    }

    private KeyFetch impatient(KeySource source, KeyHosts.Lookup lookup) {
        return new KeyFetch(vertx, source, clock, lookup, SHORT_LIMIT);
    }

    private static KeySet keysOf(KeyFetch fetch) {
        return fetch.get().toCompletionStage().toCompletableFuture().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    private static KeysException failureOf(KeyFetch fetch) {
        try {
            keysOf(fetch);
        } catch (CompletionException e) {
            if (e.getCause() instanceof KeysException failure) {
                return failure;
            }
            throw e;
        }
        throw new AssertionError("keys were fetched");
    }

    private static String metadata(String issuer, String url) {
        return response("200 OK", "{\"issuer\":\"%s\",\"jwks_uri\":\"%s\"}".formatted(issuer, url));
    }

    private List<String> paths() {
        return server.heads().stream().map(head -> head.split(" ")[1]).toList();
    }

    @Test
    void keysAreFetchedOverAConnectionThatIsClosedThen() {
        server.answersOnce((out, request) -> {
            out.write(response("200 OK", KEYS));
            out.awaitClose();
        });

        assertThat(keysOf(fetch(Sources.ofUrl(server.url() + "/keys?a=b"))).keys()).hasSize(1);

        Awaitility.await().until(() -> server.connections().isEmpty());
        assertThat(server.heads()).singleElement().satisfies(head -> assertThat(head)
                .startsWith("GET /keys?a=b HTTP/1.1\r\n").containsIgnoringCase("\r\nhost: localhost:" + server.port())
                .containsIgnoringCase("\r\nconnection: close\r\n").doesNotContainIgnoringCase("authorization")
                .doesNotContainIgnoringCase("accept-encoding"));
    }

    static Stream<Arguments> acceptableResponses() {
        String half = KEYS.substring(0, 50);
        String rest = KEYS.substring(50);
        return Stream.of(
                arguments("without a length", (Manner) (out, request) -> out.write("HTTP/1.1 200 OK\r\n\r\n" + KEYS)),
                arguments("HTTP/1.0", (Manner) (out, request) -> out.write("HTTP/1.0 200 OK\r\n\r\n" + KEYS)),
                arguments("chunked", (Manner) (out, request) -> {
                    out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    out.write(Integer.toHexString(half.length()) + "\r\n" + half + "\r\n");
                    out.write(Integer.toHexString(rest.length()) + "\r\n" + rest + "\r\n0\r\n\r\n");
                }),
                arguments("after an interim response", (Manner) (out, request) -> {
                    out.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
                    out.write(response("200 OK", KEYS));
                }),
                arguments("followed by another one", (Manner) (out, request) -> out
                        .write(response("200 OK", KEYS) + response("200 OK", "{}"))),
                arguments("followed by garbage", (Manner) (out, request) -> out.write(response("200 OK", KEYS) + "\0garbage")),
                arguments("with a byte order mark", (Manner) (out, request) -> out
                        .write(response("200 OK", "\u00ef\u00bb\u00bf" + KEYS))),
                arguments("with another media type", (Manner) (out, request) -> out
                        .write(response("200 OK", KEYS, "Content-Type: text/html", "Content-Encoding: identity"))),
                arguments("with white space up to the limit", (Manner) (out, request) -> out
                        .write(response("200 OK", KEYS + " ".repeat(KeyFetch.MAX_SIZE - KEYS.length())))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("acceptableResponses")
    void responseIsAccepted(String name, Manner manner) {
        server.answersOnce(manner);

        assertThat(keysOf(fetch(Sources.ofUrl(server.url() + "/keys"))).keys()).hasSize(1);
    }

    static Stream<Arguments> faultyResponses() {
        String endless = " ".repeat(10_000);
        return Stream.of(
                arguments(KeysFault.STATUS, "status 404", (Manner) (out, request) -> out.write(response("404 x", KEYS))),
                arguments(KeysFault.STATUS, "status 503", (Manner) (out, request) -> out.write(response("503 x", KEYS))),
                arguments(KeysFault.STATUS, "status 201", (Manner) (out, request) -> out.write(response("201 x", KEYS))),
                arguments(KeysFault.STATUS, "status 204", (Manner) (out, request) -> out.write("HTTP/1.1 204 x\r\n\r\n")),
                arguments(KeysFault.STATUS, "status 302, and redirects are not followed",
                        (Manner) (out, request) -> out.write(response("302 x", "", "Location: /other"))),
                // Vert.x takes it for the response. Nobody sends it, and the connection is closed.
                arguments(KeysFault.STATUS, "status 102",
                        (Manner) (out, request) -> out.write("HTTP/1.1 102 Processing\r\n\r\n" + response("200 OK", KEYS))),
                arguments(KeysFault.UNUSABLE, "compressed",
                        (Manner) (out, request) -> out.write(response("200 OK", KEYS, "Content-Encoding: gzip"))),
                arguments(KeysFault.UNUSABLE, "larger than 256 KiB", (Manner) (out, request) -> out
                        .write(response("200 OK", KEYS + " ".repeat(KeyFetch.MAX_SIZE + 1 - KEYS.length())))),
                arguments(KeysFault.UNUSABLE, "larger than 256 KiB", (Manner) (out, request) -> {
                    out.write("HTTP/1.1 200 OK\r\n\r\n" + KEYS);
                    while (true) {
                        out.write(endless);
                    }
                }),
                arguments(KeysFault.UNUSABLE, "larger than 256 KiB", (Manner) (out, request) -> {
                    out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    while (true) {
                        out.write("2710\r\n" + endless + "\r\n");
                    }
                }),
                arguments(KeysFault.UNUSABLE, "not UTF-8",
                        (Manner) (out, request) -> out.write(response("200 OK", KEYS + "\u00ff"))),
                arguments(KeysFault.UNUSABLE, "not JSON", (Manner) (out, request) -> out.write(response("200 OK", "<html>"))),
                arguments(KeysFault.UNUSABLE, "not HTTP", (Manner) (out, request) -> out.write("SSH-2.0-x\r\n\r\n")),
                arguments(KeysFault.UNUSABLE, "not HTTP", (Manner) (out, request) -> out.write("HTTP/1.1 SSH x\r\n\r\n")),
                arguments(KeysFault.UNUSABLE, "not HTTP",
                        (Manner) (out, request) -> out.write("HTTP/1.1 2147483848 x\r\n\r\n")),
                arguments(KeysFault.UNUSABLE, "not HTTP", (Manner) (out, request) -> out.write("HTTP/1.1 -200 x\r\n\r\n")),
                arguments(KeysFault.UNUSABLE, "not HTTP", (Manner) (out, request) -> out.write("HTTP/1.1\r\n\r\n")),
                arguments(KeysFault.UNUSABLE, "not HTTP", (Manner) (out, request) -> out.write("HTTP/2.0 200 x\r\n\r\n")),
                // Netty skips control characters.
                arguments(KeysFault.UNREACHABLE, "connection broke",
                        (Manner) (out, request) -> out.write("\0\1\2\r\n\r\n")),
                arguments(KeysFault.UNUSABLE, "headers are too large", (Manner) (out, request) -> out
                        .write("HTTP/1.1 200 OK\r\nX: " + "x".repeat(100_000) + "\r\n\r\n")),
                arguments(KeysFault.PRIVATE_KEYS, "private key", (Manner) (out, request) -> out
                        .write(response("200 OK", KEYS.replace("\"kty\"", "\"d\":\"AA\",\"kty\"")))),
                arguments(KeysFault.UNREACHABLE, "connection broke", (Manner) (out, request) -> {
                }),
                arguments(KeysFault.UNREACHABLE, "connection broke",
                        (Manner) (out, request) -> out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + KEYS)),
                arguments(KeysFault.UNREACHABLE, "connection broke",
                        (Manner) (out, request) -> out.write("HTTP/1.1 200 OK\r\nContent-")));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("faultyResponses")
    void responseIsAFailure(KeysFault fault, String message, Manner manner) {
        server.answersOnce(manner);

        KeysException failure = failureOf(fetch(Sources.ofUrl(server.url() + "/keys")));

        assertThat(failure.getMessage()).contains(message).startsWith("its key set");
        assertThat(failure.fault()).isEqualTo(fault);
        assertThat(failure.getMessage()).doesNotContain("html", "SSH", "x".repeat(10));
        Awaitility.await().until(() -> server.connections().isEmpty());
        assertThat(server.heads()).hasSize(1);
    }

    @Test
    void responseMayBeCutAtEveryByte() {
        String text = response("200 OK", KEYS);

        List<CompletableFuture<KeySet>> fetched = atEveryByte(text, (out, cut) -> {
            out.write(text.substring(0, cut));
            Thread.yield();
            out.write(text.substring(cut));
        });

        assertThat(fetched).allSatisfy(keys -> assertThat(keys.join().keys()).hasSize(1));
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void connectionThatEndsWithinTheResponseIsAFailure(boolean reset) {
        String text = response("200 OK", KEYS);

        List<CompletableFuture<KeySet>> fetched = atEveryByte(text, (out, cut) -> {
            out.write(text.substring(0, cut));
            if (reset) {
                out.reset();
            }
        });

        assertThat(fetched).allSatisfy(keys -> assertThat(keys).failsWithin(PATIENCE).withThrowableThat()
                .havingCause().isInstanceOf(KeysException.class));
        Awaitility.await().until(() -> server.connections().isEmpty());
    }

    /** Ends a response after a number of bytes. */
    private interface Cut {

        void write(RawServer.Connection connection, int at) throws IOException;
    }

    private List<CompletableFuture<KeySet>> atEveryByte(String text, Cut cut) {
        server.answersOnce((out, request) -> cut.write(out, Integer.parseInt(request.head().split("[/ ]")[2])));
        return IntStream.range(0, text.length()).mapToObj(at -> fetch(Sources.ofUrl(server.url() + "/" + at)).get()
                .toCompletionStage().toCompletableFuture()).toList();
    }

    static Stream<Manner> slowResponses() {
        return Stream.of((out, request) -> out.awaitClose(),
                (out, request) -> {
                    out.write("HTTP/1.1 200 OK\r\n");
                    out.awaitClose();
                },
                (out, request) -> {
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                    // Faster than any timeout of an idle connection.
                    while (true) {
                        out.write(" ");
                        CountDownLatch never = new CountDownLatch(1);
                        try {
                            never.await(50, TimeUnit.MILLISECONDS);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("slowResponses")
    void slowResponseIsGivenUpAndItsConnectionClosed(Manner manner) {
        server.answersOnce(manner);
        long start = System.nanoTime();

        KeysException failure = failureOf(
                impatient(Sources.ofUrl(server.url() + "/keys"), KeyHosts.Lookup.OF_THE_JVM));

        assertThat(failure.fault()).isEqualTo(KeysFault.TIMED_OUT);
        assertThat(failure.getMessage()).isEqualTo("its key set: not complete within 1 s");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT_LIMIT.minusMillis(50),
                SHORT_LIMIT.plusSeconds(3));
        Awaitility.await().until(() -> server.connections().isEmpty());
    }

    @Test
    void closedPortIsUnreachable() {
        KeysException failure = failureOf(fetch(Sources.ofUrl("http://localhost:" + FreePorts.next() + "/keys")));

        assertThat(failure.fault()).isEqualTo(KeysFault.UNREACHABLE);
        assertThat(failure.getMessage()).startsWith("its key set: no connection: Connection refused");
    }

    @Test
    void unknownHostIsUnreachable() {
        KeyFetch fetch = fetch(Sources.ofUrl("https://issuer.invalid/keys"), host -> {
            throw new UnknownHostException(host);
        });

        KeysException failure = failureOf(fetch);

        assertThat(failure.fault()).isEqualTo(KeysFault.UNREACHABLE);
        assertThat(failure.getMessage()).isEqualTo("its key set: the host is unknown");
    }

    @Test
    void silentNameServerTakesOneThreadAndNoEventLoop() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger lookups = new AtomicInteger();
        KeyFetch fetch = impatient(Sources.ofUrl("https://issuer.example/keys"), host -> {
            lookups.incrementAndGet();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException(host);
        });

        assertThat(failureOf(fetch).fault()).isEqualTo(KeysFault.TIMED_OUT);
        assertThat(failureOf(fetch).fault()).isEqualTo(KeysFault.TIMED_OUT);

        assertThat(lookups).hasValue(1);
        end.countDown();
    }

    @Test
    void nextAddressIsTriedIfOneIsUnreachable() {
        server.answersOnce((out, request) -> out.write(response("200 OK", KEYS)));
        KeyFetch fetch = fetch(Sources.ofUrl(server.url() + "/keys"),
                // The server listens on one address only.
                host -> new InetAddress[] { InetAddress.getByName("127.0.0.7"), InetAddress.getByName("127.0.0.1") });

        assertThat(keysOf(fetch).keys()).hasSize(1);
    }

    @Test
    void keysAreFoundByOpenIdDiscovery() {
        String issuer = server.url() + "/tenant/";
        server.answersOnce((out,
                request) -> out.write(request.head().startsWith("GET /tenant/.well-known/openid-configuration ")
                        ? metadata(issuer, server.url() + "/keys")
                        : response("200 OK", KEYS)));
        KeyFetch fetch = fetch(Sources.byDiscovery(issuer));

        assertThat(keysOf(fetch).keys()).hasSize(1);
        assertThat(keysOf(fetch).keys()).hasSize(1);

        assertThat(paths()).as("discovery is remembered").containsExactly("/tenant/.well-known/openid-configuration", "/keys",
                "/keys");
        clock.advance(Duration.ofMinutes(61));
        keysOf(fetch);
        assertThat(paths()).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({ "'', /.well-known/oauth-authorization-server", "/a/b, /.well-known/oauth-authorization-server/a/b" })
    void keysAreFoundByTheMetadataOfRfc8414(String path, String place) {
        String issuer = server.url() + path;
        server.answersOnce((out, request) -> out.write(request.head().startsWith("GET " + place + " ")
                ? metadata(issuer, server.url() + "/keys")
                : request.head().startsWith("GET /keys ") ? response("200 OK", KEYS) : response("404 x", "")));

        assertThat(keysOf(fetch(Sources.byDiscovery(issuer))).keys()).hasSize(1);

        assertThat(paths()).containsExactly(path + "/.well-known/openid-configuration", place, "/keys");
    }

    /** Unlike those of a periodic timer, missed runs are not made up for. */
    private void count(AtomicInteger runs, Vertx one) {
        one.setTimer(10, timer -> {
            runs.addAndGet(server.heads().isEmpty() ? 0 : 1);
            count(runs, one);
        });
    }

    /** The number takes a second or two, in which the event loop runs a timer of 10 ms many times. */
    @Test
    void metadataIsParsedOffTheEventLoop() {
        server.answersOnce((out, request) -> out.write(response("200 OK", "{\"issuer\":" + "9".repeat(200_000) + "}")));
        Vertx one = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        AtomicInteger runs = new AtomicInteger();
        try {
            count(runs, one);

            failureOf(new KeyFetch(one, Sources.byDiscovery(server.url()), clock, KeyHosts.Lookup.OF_THE_JVM, PATIENCE));
        } finally {
            one.close().toCompletionStage().toCompletableFuture().join();
        }

        assertThat(runs).hasValueGreaterThan(10);
    }

    @Test
    void discoveryIsRepeatedAfterAFailure() {
        String issuer = server.url();
        server.answersOnce((out, request) -> out.write(request.head().contains("openid") ? metadata(issuer, issuer + "/old")
                : response(request.head().startsWith("GET /old ") ? "404 x" : "200 OK", KEYS)));
        KeyFetch fetch = fetch(Sources.byDiscovery(issuer));
        assertThat(failureOf(fetch).getMessage()).isEqualTo("its key set: status 404");

        server.answersOnce((out, request) -> out.write(request.head().contains("openid") ? metadata(issuer, issuer + "/new")
                : response(request.head().startsWith("GET /old ") ? "404 x" : "200 OK", KEYS)));

        assertThat(keysOf(fetch).keys()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "{}", "[]", "x", "", "{\"issuer\":7,\"jwks_uri\":\"KEYS\"}",
            "{\"issuer\":\"ISSUER/\",\"jwks_uri\":\"KEYS\"}", "{\"issuer\":\"https://other.example\",\"jwks_uri\":\"KEYS\"}",
            "{\"issuer\":\"ISSUER\",\"issuer\":\"ISSUER\",\"jwks_uri\":\"KEYS\"}", "{\"issuer\":\"ISSUER\"}",
            "{\"issuer\":\"ISSUER\",\"jwks_uri\":7}", "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"\"}",
            "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"/keys\"}", "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"file:///etc/passwd\"}",
            "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"http://192.0.2.1/keys\"}",
            "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"http://localhost.example/keys\"}",
            "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"http://127.1/keys\"}",
            "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"https://user@issuer.example/keys\"}" })
    void otherMetadataIsUnusable(String metadata) {
        String text = metadata.replace("ISSUER", server.url()).replace("KEYS", server.url() + "/keys");
        server.answersOnce(
                (out, request) -> out.write(response("200 OK", request.head().startsWith("GET /keys ") ? KEYS : text)));

        KeysException failure = failureOf(fetch(Sources.byDiscovery(server.url())));

        assertThat(failure.fault()).isEqualTo(KeysFault.UNUSABLE);
        assertThat(failure.getMessage()).startsWith("/.well-known/openid-configuration: ")
                .contains("; /.well-known/oauth-authorization-server: ");
        assertThat(paths()).containsExactly("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server");
    }

    /** One server over TLS. */
    private RawServer tls(Identity identity) {
        RawServer tls = RawServer.start(Certificates.context(identity));
        tls.answersOnce((out, request) -> out.write(response("200 OK", KEYS)));
        return tls;
    }

    private Optional<Path> file(String name, String text) {
        return Optional.of(Certificates.write(folder.resolve(name), text));
    }

    private static KeySource source(RawServer tls, Optional<Path> ca) {
        return Sources.of("https://issuer.example", Optional.of(tls.url() + "/keys"), ca, Optional.empty(), Optional.empty());
    }

    @Test
    void serverIsVerifiedByTheConfiguredAuthoritiesAsTheFileIsNow() {
        Authority authority = new Authority("authority");
        Authority next = new Authority("next");
        Optional<Path> ca = file("ca.pem", authority.pem());
        try (RawServer one = tls(authority.issue("one", "localhost")); RawServer two = tls(next.issue("two", "localhost"))) {
            KeyFetch ofTwo = fetch(source(two, ca));
            assertThat(keysOf(fetch(source(one, ca))).keys()).hasSize(1);
            assertThat(failureOf(ofTwo).fault()).isEqualTo(KeysFault.UNTRUSTED);

            file("ca.pem", authority.pem() + next.pem());

            assertThat(keysOf(ofTwo).keys()).hasSize(1);
            file("ca.pem", "no certificate");
            assertThat(failureOf(ofTwo).getMessage()).contains("ca").doesNotContain("no certificate");
            assertThat(failureOf(ofTwo).fault()).isEqualTo(KeysFault.FILE);
            assertThat(two.requests()).hasSize(1);
        }
    }

    @Test
    void untrustedServersAreRefused() {
        Authority authority = new Authority("authority");
        Optional<Path> ca = file("ca.pem", authority.pem());
        for (Identity identity : List.of(new Authority("other").issue("x", "localhost"),
                authority.issueExpired("x", "localhost"), authority.issue("x", "issuer.example"),
                Certificates.selfSigned("x", "localhost"))) {
            try (RawServer tls = tls(identity)) {
                KeysException failure = failureOf(fetch(source(tls, ca)));
                assertThat(failure.fault()).isEqualTo(KeysFault.UNTRUSTED);
                assertThat(failure.getMessage()).startsWith("its key set: no secure connection: ");
                assertThat(tls.heads()).isEmpty();
            }
        }
        try (RawServer tls = tls(authority.issue("x", "localhost"))) {
            assertThat(failureOf(fetch(source(tls, Optional.empty()))).fault()).as("the JVM's authorities")
                    .isEqualTo(KeysFault.UNTRUSTED);
        }
    }

    @Test
    void serverWithoutTlsIsRefused() {
        int port = vertx.createNetServer()
                .connectHandler(socket -> socket.handler(hello -> socket.end(Buffer.buffer(response("400 x", "")))))
                .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join().actualPort();

        KeysException failure = failureOf(fetch(Sources.ofUrl("https://localhost:" + port + "/keys")));

        assertThat(failure.getMessage()).isEqualTo("its key set: the server does not speak TLS");
        assertThat(failure.fault()).isEqualTo(KeysFault.UNTRUSTED);
    }

    @Test
    void serverThatNeverFinishesTlsIsGivenUpAndItsConnectionClosed() {
        KeysException failure = failureOf(impatient(Sources.ofUrl(server.url().replace("http:", "https:") + "/keys"),
                KeyHosts.Lookup.OF_THE_JVM));

        assertThat(failure.fault()).isEqualTo(KeysFault.TIMED_OUT);
        Awaitility.await().until(() -> server.connections().isEmpty());
    }

    @Test
    void discoveryOverTlsDoesNotLeadToPlainHttp() {
        Authority authority = new Authority("authority");
        try (RawServer tls = tls(authority.issue("x", "localhost"))) {
            tls.answersOnce((out, request) -> out.write(metadata(tls.url(), server.url() + "/keys")));

            KeysException failure = failureOf(fetch(Sources.of(tls.url(), Optional.empty(), file("ca.pem", authority.pem()),
                    Optional.empty(), Optional.empty())));

            assertThat(failure.getMessage()).contains("its jwks_uri is not an https URL");
            assertThat(server.heads()).isEmpty();
        }
    }

    @Test
    void tokenIsReadForEachRequestAndSentToNoOtherServer() {
        Optional<Path> token = file("token", "first-token\n");
        server.answersOnce((out, request) -> out.write(response("200 OK", KEYS)));
        KeyFetch fetch = fetch(Sources.of("x", Optional.of(server.url() + "/keys"), Optional.empty(), Optional.empty(), token));
        keysOf(fetch);
        file("token", "second-token");
        keysOf(fetch);
        assertThat(server.heads().get(0)).containsIgnoringCase("\r\nauthorization: Bearer first-token\r\n");
        assertThat(server.heads().get(1)).containsIgnoringCase("\r\nauthorization: Bearer second-token\r\n");

        try (RawServer issuer = RawServer.start()) {
            issuer.answersOnce((out, request) -> out.write(metadata(issuer.url(), server.url() + "/keys")));
            keysOf(fetch(Sources.of(issuer.url(), Optional.empty(), Optional.empty(), Optional.empty(), token)));

            assertThat(issuer.heads().get(0)).containsIgnoringCase("authorization: Bearer second-token");
            assertThat(server.heads().get(2)).as("on another port").doesNotContainIgnoringCase("authorization");
            server.answersOnce((out, request) -> out.write(response("401 x", "")));
            assertThat(failureOf(
                    fetch(Sources.of(issuer.url(), Optional.empty(), Optional.empty(), Optional.empty(), token))).getMessage())
                    .isEqualTo("its key set: status 401, without the token of token-file, as the jwks_uri of the metadata "
                            + "leads to another server: set jwks-url to send it there");

            issuer.answersOnce((out, request) -> out.write(request.head().contains("/keys") ? response("200 OK", KEYS)
                    : metadata(issuer.url(), issuer.url() + "/keys")));
            keysOf(fetch(Sources.of(issuer.url(), Optional.empty(), Optional.empty(), Optional.empty(), token)));
            assertThat(issuer.heads().get(2)).containsIgnoringCase("authorization: Bearer second-token");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "two tokens", "line\r\nX-Injected: yes", "\u00e9", "s3cr3t\"" })
    void otherContentOfTheTokenFileIsAFailure(String content) {
        Optional<Path> token = file("token", content);

        KeysException failure = failureOf(
                fetch(Sources.of("x", Optional.of(server.url() + "/keys"), Optional.empty(), Optional.empty(), token)));

        assertThat(failure.fault()).isEqualTo(KeysFault.FILE);
        assertThat(failure.getMessage()).contains("token-file").doesNotContain("s3cr3t", "tokens", "Injected");
        assertThat(server.heads()).isEmpty();
    }

    @Test
    void requestsGoThroughTheProxyWithTheNameOfTheHost() {
        Authority authority = new Authority("authority");
        try (RawServer tls = tls(authority.issue("x", "issuer.example"));
                ForwardProxy proxy = ForwardProxy.withoutInterimResponses("Basic x", tls.port())) {
            KeySource source = Sources.of("https://issuer.example", Optional.of("https://issuer.example/keys"),
                    file("ca.pem", authority.pem()), Optional.of(proxy.port()), Optional.empty());
            // The proxy looks up the issuer.
            KeyFetch fetch = fetch(source, host -> {
                assertThat(host).isEqualTo("localhost");
                return new InetAddress[] { InetAddress.getByName("127.0.0.1") };
            });

            KeysException failure = failureOf(fetch);
            assertThat(failure.getMessage()).isEqualTo(
                    "its key set: the proxy did not connect to the server, it answered with status 407");
            assertThat(failure.fault()).isEqualTo(KeysFault.UNREACHABLE);

            proxy.wants(null);
            assertThat(keysOf(fetch).keys()).hasSize(1);

            assertThat(proxy.requests()).hasSize(2).allSatisfy(head -> assertThat(head)
                    .startsWith("CONNECT issuer.example:443 HTTP/1.1\r\n").doesNotContain("/keys"));
            assertThat(tls.heads()).singleElement()
                    .satisfies(head -> assertThat(head).startsWith("GET /keys ").containsIgnoringCase("host: issuer.example"));
        }
    }
}
