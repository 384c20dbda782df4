package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.OtlpReceiver;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import io.vertx.core.json.JsonObject;

/** What the packaged application sends to a collector, and how little a collector can do to it. */
class TracesIT {

    private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String TRACEPARENT = "traceparent: 00-" + TRACE + "-b7ad6b7169203331-01";
    private static final String CUSTOMER = "b1e5c5e2-0000-4000-8000-customer0001";

    private final LeanStub lean = new LeanStub();
    private final OtlpReceiver collector = new OtlpReceiver();

    @BeforeEach
    void start() {
        lean.start();
        collector.start();
    }

    @AfterEach
    void stop() {
        lean.stop();
        collector.stop();
    }

    private Map<String, String> settings(String... namesAndValues) {
        Map<String, String> settings = new HashMap<>(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(), "OTEL_BSP_SCHEDULE_DELAY", "50"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            settings.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return settings;
    }

    @Test
    void collectorGetsNoSecretNoTokenAndNoId() {
        try (PackagedApplication application = PackagedApplication.start(settings(ENDPOINT, collector.url(),
                "OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20a$$b%3D%3D", "OTEL_EXPORTER_OTLP_COMPRESSION", "gzip",
                "OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test", "OTEL_SERVICE_NAME", "tokens"))) {
            rest(application, "{\"scope\":\"api\"}", TRACEPARENT, "baggage: secret=never-to-be-seen");
            rest(application, "{\"scope\":\"customer." + CUSTOMER + "\"}", TRACEPARENT);
            rest(application, "{\"scope\":\"never-to-be-seen\"}", TRACEPARENT);
            rest(application, "{\"scope\":\"api\",\"client_id\":\"" + LeanStub.CALLERS_ID + "\",\"client_secret\":\""
                    + LeanStub.CALLERS_SECRET + "\"}", TRACEPARENT);
            new StatelessMcp(application.mcpPort()).call(RawHttp.LOOPBACK, "customer." + CUSTOMER, "", TRACEPARENT);

            collector.await(span -> span.name().startsWith("tools/call"));
            collector.await(span -> span.attributes().getOrDefault("token.error", "").equals("invalid_scope"));
            assertThat(collector.requests()).allSatisfy(request -> {
                assertThat(request.path()).isEqualTo("/v1/traces");
                assertThat(request.headers()).containsEntry("authorization", "Basic a$$b==")
                        .containsEntry("content-type", "application/x-protobuf").containsEntry("content-encoding", "gzip");
                assertThat(request.text()).doesNotContain("never-to-be-seen", CUSTOMER, LeanStub.CLIENT_ID,
                        LeanStub.CALLERS_ID, RawHttp.LOOPBACK);
            });
            assertThat(collector.resource()).containsEntry("service.name", "tokens")
                    .containsEntry("deployment.environment.name", "test");
            assertThat(application.log()).contains("Traces go to " + collector.url()).doesNotContain("a$$b");
        }
    }

    private static RawHttp.Response rest(PackagedApplication application, String body, String... headers) {
        return RawHttp.post(RawHttp.LOOPBACK, application.port(), "/v1/oauth2/token", "application/json", body, headers);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void linesOfARequestHaveTheIdsWhileTracesAreOn(boolean json) {
        try (PackagedApplication application = PackagedApplication
                .start(settings(ENDPOINT, collector.url(), "LOG_JSON", Boolean.toString(json)))) {
            rest(application, "{\"scope\":\"unknown\"}", TRACEPARENT);

            await().untilAsserted(() -> assertThat(application.log().lines()).filteredOn(line -> line.contains("INVALID_SCOPE"))
                    .singleElement().satisfies(line -> {
                        if (json) {
                            assertThat(new JsonObject(line).getJsonObject("mdc").getString("traceId")).isEqualTo(TRACE);
                        } else {
                            assertThat(line).containsPattern("traceId=" + TRACE + " spanId=[0-9a-f]{16} REST request");
                        }
                    }));
        }
    }

    @Test
    void linesHaveNoIdsWhileTracesAreOff() {
        try (PackagedApplication application = PackagedApplication
                .start(settings(ENDPOINT, collector.url(), "OTEL_SDK_DISABLED", "true"))) {
            rest(application, "{\"scope\":\"unknown\"}", TRACEPARENT);

            await().untilAsserted(() -> assertThat(application.log()).contains("INVALID_SCOPE"));
            assertThat(application.log()).doesNotContain("traceId", "Traces go to");
            assertThat(collector.requests()).isEmpty();
        }
    }

    @Test
    void outageOfTheCollectorIsLoggedOnceAndItsEndOnce() {
        collector.answers(500);
        try (PackagedApplication application = PackagedApplication.start(settings(ENDPOINT, collector.url()))) {
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(application.token().status()).isEqualTo(200);
                assertThat(collector.requests()).hasSizeGreaterThan(3);
            });
            collector.answers(200);
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                application.token();
                assertThat(application.linesOf("INFO")).anyMatch(line -> line.contains("takes traces again"));
            });

            assertThat(application.linesOf("WARN")).filteredOn(line -> line.contains("collector")).singleElement()
                    .satisfies(line -> assertThat(line).contains("it answers with status 500"));
        }
    }

    /** An answer without end, garbage, silence: with a small heap. */
    @ParameterizedTest
    @CsvSource({ "http/protobuf, HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n, true",
            "http/protobuf, never-to-be-seen, false", "http/protobuf, '', false", "grpc, never-to-be-seen, false",
            "grpc, '', false" })
    void badCollectorAffectsNoRequest(String protocol, String start, boolean endless) throws IOException {
        try (ServerSocket bad = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> misbehave(bad, start.replace("\\r\\n", "\r\n"), endless), "bad collector");
            thread.setDaemon(true);
            thread.start();
            PackagedApplication application = PackagedApplication.untilUp(PackagedApplication.launchWith(List.of("-Xmx128m"),
                    settings(ENDPOINT, "http://localhost:" + bad.getLocalPort(), "OTEL_EXPORTER_OTLP_PROTOCOL", protocol,
                            "OTEL_EXPORTER_OTLP_TIMEOUT", "1000", "OTEL_BSP_EXPORT_TIMEOUT", "2000",
                            "OTEL_BSP_MAX_QUEUE_SIZE", "20", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10")));
            try (application) {
                String outcome = "traces_spans_total{outcome=\"" + (endless ? "exported" : "lost") + "\"";
                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                    IntStream.range(0, 20).forEach(i -> assertThat(application.token().status()).isEqualTo(200));
                    assertThat(metric(application, outcome)).isGreaterThan(100);
                });

                // Spans that do not fit are lost before the first batch is known to be.
                await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(application.linesOf("WARN"))
                        .filteredOn(line -> line.contains("collector")).hasSize(endless ? 0 : 1));
                assertThat(application.log()).doesNotContain("never-to-be-seen", "OutOfMemory", "VertxGrpcSender", "\tat ");
                application.terminate();
                assertThat(application.exitCode()).isEqualTo(143);
            }
        }
    }

    private static double metric(PackagedApplication application, String name) {
        return RawHttp.send(RawHttp.LOOPBACK, application.port(),
                "GET /q/metrics HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\nConnection: close\r\n\r\n").body().lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    private static void misbehave(ServerSocket server, String start, boolean endless) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread thread = new Thread(() -> misbehave(socket, start, endless), "bad connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void misbehave(Socket socket, String start, boolean endless) {
        try {
            socket.getInputStream().read(new byte[1024]);
            OutputStream out = socket.getOutputStream();
            out.write(start.getBytes(StandardCharsets.US_ASCII));
            while (endless) {
                out.write(("100000\r\n" + "x".repeat(0x100000) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // The application has closed it.
        }
    }
}
