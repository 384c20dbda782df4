package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Certificates.Identity;
import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemTrustOptions;

/** Clients connect to both ports over TLS. */
class CallersTlsIT {

    /** Contains what a configuration could take as an expression. */
    private static final String SECRET = "secret$$-of${HOME}\\${x}\\-agents-0123456789";
    private static final String TOKEN = "{\"scope\":\"api\"}";
    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
            + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";
    private static final String CALL = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":"
            + "{\"name\":\"lean-generate-access-token\",\"arguments\":{\"body\":" + TOKEN + "}}}";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /**
     * Shorter than the patience of a retried assertion: sometimes the JDK's client waits for an HTTP/2 response on a connection
     * that was refused for its certificate and is already closed.
     */
    private static final Duration ANSWER = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private final LeanStub lean = new LeanStub();
    private final Authority authority = new Authority("authority");
    private final Authority other = new Authority("another authority");
    private final Identity first = authority.issue("first", "localhost");
    private final Identity second = authority.issue("second", "localhost");
    private final Identity agent = authority.issue("agent");

    private Path certificate;
    private Path key;
    private PackagedApplication application;
    private int port;
    private int mcpPort;

    @BeforeEach
    void writeFiles() {
        lean.start();
        certificate = Certificates.write(folder.resolve("certificate.pem"), first.certificatePem());
        key = Certificates.write(folder.resolve("key.pem"), first.keyPem());
    }

    @AfterEach
    void stop() {
        application.close();
        lean.stop();
    }

    private void start(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(), "ACCESS_CLIENTS_AGENTS_SECRET", SECRET,
                "ACCESS_CLIENTS_AGENTS_SCOPES", "api", "ACCESS_ANONYMOUS", "never", "ACCESS_CALLER_CREDENTIALS", "refused"));
        environment.putAll(more);
        application = PackagedApplication.start(environment);
        port = application.port();
        mcpPort = application.mcpPort();
    }

    private void startWithClientCa() {
        start(Map.of("TLS_CERTIFICATE", certificate.toString(), "TLS_KEY", key.toString(), "TLS_CLIENT_CA",
                Certificates.write(folder.resolve("ca.pem"), authority.pem()).toString()));
    }

    private static HttpClient client(SSLContext tls, Version version) {
        return HttpClient.newBuilder().sslContext(tls).version(version).connectTimeout(PATIENCE).build();
    }

    private static HttpRequest request(int port, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://localhost:" + port + path)).timeout(ANSWER)
                .header("Content-Type", "application/json").header("Accept", "application/json, text/event-stream")
                .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    private HttpResponse<String> rest(HttpClient client, String... headers) throws IOException, InterruptedException {
        return client.send(request(port, "/v1/oauth2/token", TOKEN, headers), BodyHandlers.ofString());
    }

    private HttpResponse<String> mcp(HttpClient client, String body, String... headers)
            throws IOException, InterruptedException {
        return client.send(request(mcpPort, "/mcp", body, headers), BodyHandlers.ofString());
    }

    /** Requests a token on both ports as the local client. */
    private void assertServed(HttpClient client, Version version) throws IOException, InterruptedException {
        String bearer = "Bearer " + SECRET;
        HttpResponse<String> token = rest(client, "Authorization", bearer);
        assertThat(token.statusCode()).isEqualTo(200);
        assertThat(token.version()).isEqualTo(version);
        assertThat(token.body()).contains(LeanStub.TOKEN);

        HttpResponse<String> session = mcp(client, INITIALIZE, "Authorization", bearer);
        assertThat(session.version()).isEqualTo(version);
        HttpResponse<String> called = mcp(client, CALL, "Authorization", bearer, "Mcp-Session-Id",
                session.headers().firstValue("Mcp-Session-Id").orElseThrow());
        assertThat(called.statusCode()).isEqualTo(200);
        assertThat(called.body()).contains(LeanStub.TOKEN);
    }

    /** @return the certificate that the server presents on a new connection */
    private X509Certificate shown(int port) {
        try (SSLSocket socket = (SSLSocket) Certificates.context(agent, authority).getSocketFactory()
                .createSocket("localhost", port)) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertShown(Identity identity) {
        assertThat(List.of(shown(port), shown(mcpPort)))
                .containsOnly(identity.certificate());
    }

    private void assertQuiet() {
        assertThat(application.log()).doesNotContain("\tat ").doesNotContain(SECRET);
    }

    @Test
    void bothPortsServeOnlyTlsOverBothVersionsOfHttp() throws Exception {
        Path store = folder.resolve("store.p12");
        first.writePkcs12(store, SECRET);
        start(Map.of("TLS_KEY_STORE", store.toString(), "TLS_KEY_STORE_PASSWORD", SECRET));
        SSLContext tls = Certificates.context(null, authority);

        for (Version version : Version.values()) {
            HttpClient client = client(tls, version);
            assertServed(client, version);
            assertThat(client.send(HttpRequest.newBuilder(URI.create("https://localhost:" + port)).build(),
                    BodyHandlers.ofString()).body()).contains("\"mcp_endpoint\":\"https://localhost:" + mcpPort + "/mcp\"");
            // Both refuse in the same way.
            assertRefused(rest(client), version, 401, "invalid_client");
            assertRefused(mcp(client, INITIALIZE), version, 401, "invalid_client");
            assertThat(rest(client, "Authorization", basic("agents", SECRET)).statusCode()).isEqualTo(200);
            assertRefused(rest(client, "Authorization", "Bearer wrong", "Origin", "https://evil.example.com"), version, 403,
                    "invalid_request");
            assertRefused(mcp(client, INITIALIZE, "Origin", "https://evil.example.com"), version, 403, "invalid_request");
            assertRefused(client.send(request(port, "/mcp", INITIALIZE), BodyHandlers.ofString()), version, 404,
                    "invalid_request");
            assertRefused(client.send(request(port, "/v1/oauth2/token", " ".repeat(20_000), "Authorization",
                    "Bearer " + SECRET), BodyHandlers.ofString()), version, 413, "invalid_request");
        }
        assertThatThrownBy(() -> rest(client(Certificates.context(null, other), Version.HTTP_2)))
                .isInstanceOf(IOException.class);
        for (int each : new int[] { port, mcpPort }) {
            assertThatThrownBy(() -> RawHttp.post(RawHttp.LOOPBACK, each, "/v1/oauth2/token", "application/json", TOKEN))
                    .isInstanceOfAny(AssertionError.class, UncheckedIOException.class);
        }
        assertThat(application.log()).contains("Tokens are served at 0.0.0.0, over TLS, to",
                "The TLS configuration callers (TLS_KEY_STORE) presents the certificate of CN=first");
        assertThat(application.linesOf("ERROR")).isEmpty();
        assertThat(application.linesOf("WARN")).singleElement().asString().contains("CN=first", "expires");
        assertQuiet();
    }

    private static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder()
                .encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    private static void assertRefused(HttpResponse<String> response, Version version, int status, String error) {
        assertThat(response.version()).isEqualTo(version);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.body()).contains("\"error\":\"" + error + "\"");
    }

    @Test
    void onlyCallersWithACertificateOfTheAuthorityConnect() throws Exception {
        startWithClientCa();

        for (Version version : Version.values()) {
            assertServed(client(Certificates.context(agent, authority), version), version);
        }
        List<SSLContext> refused = new ArrayList<>();
        refused.add(Certificates.context(null, authority));
        refused.add(Certificates.context(authority.issueExpired("agent"), authority));
        refused.add(Certificates.context(Certificates.selfSigned("agent"), authority));
        refused.add(Certificates.context(other.issue("agent"), authority));
        for (SSLContext tls : refused) {
            HttpClient client = client(tls, Version.HTTP_2);
            assertThatThrownBy(() -> rest(client, "Authorization", "Bearer " + SECRET)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> mcp(client, INITIALIZE, "Authorization", "Bearer " + SECRET))
                    .isInstanceOf(IOException.class);
        }
        assertThat(application.log()).contains("over TLS to callers with a certificate, to");
        assertThat(application.linesOf("ERROR")).isEmpty();
        assertThat(application.linesOf("WARN")).singleElement().asString().contains("CN=first", "expires");
        assertQuiet();
    }

    @Test
    void certificateIsRotatedUnderLoadWithoutAFailedRequest() throws Exception {
        startWithClientCa();
        HttpClient established = client(Certificates.context(agent, authority), Version.HTTP_2);
        assertServed(established, Version.HTTP_2);

        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger served = new AtomicInteger();
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        for (Version version : Version.values()) {
            callers.add(CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    try {
                        // A separate client opens a new connection.
                        assertServed(client(Certificates.context(agent, authority), version), version);
                        served.incrementAndGet();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }));
        }
        for (Identity next : List.of(second, first, second)) {
            int before = served.get();
            Certificates.write(certificate, next.certificatePem());
            Certificates.write(key, next.keyPem());
            await().atMost(PATIENCE).untilAsserted(() -> assertShown(next));
            await().atMost(PATIENCE).until(() -> served.get() > before + 2 || callers.stream().anyMatch(
                    CompletableFuture::isDone));
        }
        over.set(true);

        assertThat(callers).allSatisfy(caller -> assertThat(caller).succeedsWithin(PATIENCE));
        assertServed(established, Version.HTTP_2);
        assertServed(client(Certificates.context(agent, authority), Version.HTTP_2), Version.HTTP_2);
        HttpClient withoutCertificate = client(Certificates.context(null, authority), Version.HTTP_2);
        assertThatThrownBy(() -> rest(withoutCertificate)).as("a certificate is still required")
                .isInstanceOf(IOException.class);
        assertThat(application.linesOf("INFO"))
                .anyMatch(line -> line.contains(
                        "callers (TLS_CERTIFICATE, TLS_KEY, TLS_CLIENT_CA) now presents the certificate of CN=second"));
        assertThat(application.linesOf("ERROR")).isEmpty();

        certificateWithoutItsKeyAndBrokenFilesChangeNothing();
    }

    /** Called by another test, to save a start of the application. */
    private void certificateWithoutItsKeyAndBrokenFilesChangeNothing() {
        Certificates.write(certificate, first.certificatePem());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(application.linesOf("ERROR")).singleElement().asString()
                .contains("keeping the current one", "does not belong"));
        assertShown(second);
        Certificates.write(key, first.keyPem());
        await().atMost(PATIENCE).untilAsserted(() -> assertShown(first));

        Certificates.write(key, "nothing");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(application.linesOf("ERROR")).hasSize(2));
        assertShown(first);

        // The authorities for callers, too.
        Certificates.write(key, first.keyPem());
        Certificates.write(folder.resolve("ca.pem"), other.pem());
        HttpClient stranger = client(Certificates.context(other.issue("agent"), authority), Version.HTTP_2);
        await().atMost(PATIENCE).ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> assertServed(stranger, Version.HTTP_2));
        HttpClient former = client(Certificates.context(agent, authority), Version.HTTP_2);
        assertThatThrownBy(() -> rest(former)).isInstanceOf(IOException.class);
        assertQuiet();
    }

    @Test
    void onePemFileWithKeyAndCertificateIsReloaded() {
        Certificates.write(certificate, first.keyPem() + first.certificatePem() + authority.pem());
        start(Map.of("TLS_CERTIFICATE", certificate.toString(), "TLS_KEY", certificate.toString()));
        assertShown(first);

        Certificates.write(certificate, second.certificatePem() + authority.pem() + second.keyPem());
        await().atMost(PATIENCE).untilAsserted(() -> assertShown(second));
        assertThat(application.linesOf("ERROR")).isEmpty();
        assertQuiet();
    }

    /** Uses one port for both adapters. */
    @Test
    void streamsStayOpenAndIncompleteRequestsAreClosed() throws Exception {
        String one = Integer.toString(FreePorts.next());
        start(Map.of("TLS_CERTIFICATE", certificate.toString(), "TLS_KEY", key.toString(), "PORT", one, "MCP_PORT", one,
                "LIMITS_REQUEST_TIME", "1s", "LEAN_DEADLINE", "1s", "LEAN_REQUEST_TIMEOUT", "1s"));
        port = Integer.parseInt(one);
        mcpPort = port;
        String bearer = "Bearer " + SECRET;
        HttpClient client = client(Certificates.context(null, authority), Version.HTTP_2);
        assertServed(client, Version.HTTP_2);

        String session = mcp(client, INITIALIZE, "Authorization", bearer).headers().firstValue("Mcp-Session-Id").orElseThrow();
        HttpResponse<InputStream> stream = client.send(HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/mcp"))
                .header("Accept", "text/event-stream").header("Authorization", bearer).header("Mcp-Session-Id", session)
                .build(),
                BodyHandlers.ofInputStream());
        CompletableFuture<Integer> streamed = CompletableFuture.supplyAsync(() -> end(stream.body()));
        Vertx vertx = Vertx.vertx();
        try (Socket handshake = new Socket(RawHttp.LOOPBACK, port)) {
            handshake.getOutputStream().write(new byte[] { 22, 3, 1 });
            CompletableFuture<Integer> bodyThatNeverEnds = vertx.createHttpClient(new HttpClientOptions().setSsl(true)
                    .setUseAlpn(true).setProtocolVersion(HttpVersion.HTTP_2)
                    .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authority.pem()))))
                    .request(HttpMethod.POST, port, "localhost", "/v1/oauth2/token").compose(request -> {
                        request.putHeader("Content-Type", "application/json").putHeader("Authorization", bearer)
                                .setChunked(true).write("{");
                        return request.response();
                    }).map(HttpClientResponse::statusCode).toCompletionStage().toCompletableFuture();

            assertThat(handshake.getInputStream().readAllBytes()).isEmpty();
            assertThat(bodyThatNeverEnds).succeedsWithin(PATIENCE).isEqualTo(400);
            // Both lasted the whole request time and were opened after the stream.
            assertServed(client, Version.HTTP_2);
            assertThat(streamed).isNotDone();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
            stream.body().close();
        }
        assertQuiet();
    }

    private static int end(InputStream stream) {
        try (stream) {
            return stream.readAllBytes().length;
        } catch (IOException e) {
            // The test closed the stream.
            return -1;
        }
    }
}
