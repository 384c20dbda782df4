package dev.leantokens.hostile.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import dev.leantokens.hostile.http.TokenRequest.Client;
import dev.leantokens.hostile.http.TokenRequest.Port;
import dev.leantokens.packaged.PackagedApplication;
import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Certificates.Identity;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Metrics;
import dev.leantokens.testing.RawHttp;

/** The packaged service with a stub of Lean and a small heap, and what must hold for it during and after each attack. */
final class AttackedService implements AutoCloseable {

    private static final Duration REQUEST_TIME = Duration.ofSeconds(3);
    private static final Duration DEADLINE = Duration.ofSeconds(15);
    /** The documented time in which a request is answered or its connection closed, and what a loaded machine adds. */
    static final Duration PATIENCE = REQUEST_TIME.plus(DEADLINE).plusSeconds(10);

    private static final int LIFETIME_SECONDS = 3_600;
    /** Connections end while calls are under way. */
    private static final int LEAN_MILLIS = 20;
    static final int LATE_MILLIS = 400;

    /** On a loaded machine, loading a class can block a thread for longer than the default of 2 s. */
    private static final String STACK_TRACES_OF_THREADS = "-Dquarkus.vertx.warning-exception-time=30s";

    /** The process opens some files later than others. */
    private static final int FILES_TOLERANCE = 5;
    private static final double HEAP_TOLERANCE = 20e6;

    enum Protocol {
        HTTP_1("http/1.1"),
        HTTP_2("h2");

        private final String alpn;

        Protocol(String alpn) {
            this.alpn = alpn;
        }
    }

    private final LeanStub lean = new LeanStub();
    private final Optional<SSLContext> tls;
    private final PackagedApplication application;
    private final AtomicLong scopes = new AtomicLong();
    private final long filesBefore;
    private final double heapBefore;

    private AttackedService(Map<String, String> more, Optional<SSLContext> tls) {
        this.tls = tls;
        lean.start();
        lean.givesTokensOfTheirOwn(LIFETIME_SECONDS, LEAN_MILLIS);
        lean.givesTokensOfTheirOwnLate(TokenRequest.LATE, LIFETIME_SECONDS, LATE_MILLIS);
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(), "ACCESS_ANONYMOUS", "never", "LIMITS_REQUEST_TIME",
                REQUEST_TIME.toSeconds() + "s", "LEAN_DEADLINE", DEADLINE.toSeconds() + "s", "LEAN_REQUEST_TIMEOUT", "10s",
                "LEAN_REQUESTS_PER_MINUTE", "100000"));
        environment.put("CACHE_MAX_SIZE", "2M");
        for (Client client : Client.values()) {
            environment.put("ACCESS_CLIENTS_" + client + "_SECRET", client.secret());
            environment.put("ACCESS_CLIENTS_" + client + "_SCOPES", "customer." + client.prefix() + "*");
        }
        environment.putAll(more);
        application = PackagedApplication.startWith(List.of("-Xmx96m", STACK_TRACES_OF_THREADS), environment);
        // The first requests of a process can take longer than its limits on a loaded machine.
        await().atMost(Duration.ofMinutes(1)).untilAsserted(this::assertServed);
        filesBefore = openFiles();
        heapBefore = heap();
    }

    /** @param more variables */
    static AttackedService start(Map<String, String> more) {
        return new AttackedService(more, Optional.empty());
    }

    /** @param folder for the certificate of both ports */
    static AttackedService startWithTls(Path folder) {
        Authority authority = new Authority("hostile");
        Identity server = authority.issue("service", "localhost");
        return new AttackedService(
                Map.of("TLS_CERTIFICATE", Certificates.write(folder.resolve("certificate"), server.certificatePem()).toString(),
                        "TLS_KEY", Certificates.write(folder.resolve("key"), server.keyPem()).toString()),
                Optional.of(Certificates.context(null, authority)));
    }

    /** Connects with TLS if the service has it. */
    Conversation open(Port port, Protocol protocol) {
        return tls.map(context -> Conversation.open(port(port), context, protocol.alpn)).orElseGet(
                () -> Conversation.open(port(port)));
    }

    int port(Port port) {
        return port == Port.REST ? application.port() : application.mcpPort();
    }

    /** @return a request whose token is not cached, and that no other exchange has sent */
    TokenRequest newRequest(Port port, Client client) {
        return new TokenRequest(port, client, "customer." + client.prefix() + scopes.incrementAndGet() + "x");
    }

    /** Gets a token over each port, as an ordinary caller does. */
    void assertServed() {
        for (Port port : Port.values()) {
            for (Client client : Client.values()) {
                TokenRequest request = newRequest(port, client);
                try (Conversation ordinary = open(port, Protocol.HTTP_1)) {
                    ordinary.send(request.http1("Connection: close"));
                    ordinary.awaitClose(PATIENCE);
                    Http1Answers answers = Http1Answers.of(ordinary.received());
                    assertThat(answers.statuses()).as("an ordinary caller").containsExactly(200);
                    assertThat(answers.scopes()).containsExactly(request.scope());
                }
            }
        }
    }

    /** No connection, file or memory is left, and nothing was logged that anyone could cause. */
    void assertNothingIsLeft() {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(openFiles()).as("open files").isLessThanOrEqualTo(filesBefore + FILES_TOLERANCE);
        });
        assertThat(heap()).as("heap after a collection").isLessThanOrEqualTo(heapBefore + HEAP_TOLERANCE);
        assertQuietLog();
    }

    void assertQuietLog() {
        assertThat(application.log()).doesNotContain("\tat ").doesNotContain("OutOfMemory").doesNotContain("LEAK:");
        assertThat(application.linesOf("ERROR")).isEmpty();
    }

    private long openFiles() {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + application.pid() + "/fd"))) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return used bytes, after a collection where it can be requested from outside: of a JVM */
    private double heap() {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            if (Files.exists(jcmd)) {
                new ProcessBuilder(jcmd.toString(), Long.toString(application.pid()), "GC.run").redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        String request = "GET /q/metrics HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\nConnection: close\r\n\r\n";
        return Metrics.of(RawHttp.send(tls, RawHttp.LOOPBACK, application.port(), request).body())
                .sum("jvm_memory_used_bytes", "area=\"heap\"");
    }

    @Override
    public void close() {
        application.close();
        lean.stop();
    }
}
