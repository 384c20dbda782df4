package dev.leantokens.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.EventStream;
import dev.leantokens.testing.RawHttp;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;

class StatusStreamsTest {

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger renderings = new AtomicInteger();
    /** The parts of the next renderings. */
    private volatile Map<String, String> parts = Map.of("a", "<p id=\"a\">\n1</p>\n", "b", "<p id=\"b\">1</p>");
    private volatile boolean broken;
    private final StatusStreams streams = new StatusStreams(vertx, () -> {
        renderings.incrementAndGet();
        if (broken) {
            throw new IllegalStateException("cannot be rendered");
        }
        return new LinkedHashMap<>(parts);
    }, Duration.ofMillis(5));

    private HttpServer server;

    @BeforeEach
    void start() {
        Router router = Router.router(vertx);
        router.get("/").handler(context -> {
            if (!streams.open(context, "caller " + context.request().getParam("caller"))) {
                context.response().setStatusCode(503).end();
            }
        });
        server = vertx.createHttpServer().requestHandler(router).listen(0).toCompletionStage().toCompletableFuture().join();
    }

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void onlyChangedPartsAreSent() {
        try (EventStream stream = open()) {
            assertThat(List.of(stream.nextData(), stream.nextData())).containsExactlyInAnyOrder("<p id=\"a\">\n1</p>\n",
                    "<p id=\"b\">1</p>\n");
            parts = Map.of("a", "<p id=\"a\">\n1</p>\n", "b", "<p id=\"b\">2</p>");
            assertThat(stream.nextData()).isEqualTo("<p id=\"b\">2</p>\n");
            parts = Map.of("a", "<p id=\"a\">\n3</p>\n", "b", "<p id=\"b\">2</p>");
            assertThat(stream.nextData()).isEqualTo("<p id=\"a\">\n3</p>\n");
        }
    }

    @Test
    void laterStreamStartsWithAllParts() {
        try (EventStream first = open()) {
            first.nextData();
            first.nextData();
            try (EventStream second = open()) {
                assertThat(second.nextData()).contains("1");
                assertThat(second.nextData()).contains("1");
                parts = Map.of("a", "<p id=\"a\">2</p>\n", "b", "<p id=\"b\">1</p>");
                assertThat(second.nextData()).isEqualTo("<p id=\"a\">2</p>\n");
                assertThat(first.nextData()).isEqualTo("<p id=\"a\">2</p>\n");
            }
        }
    }

    /** All streams share the renderings, and nothing is rendered without a stream. */
    @Test
    void nothingIsRenderedWithoutStreams() {
        assertThat(renderings).hasValue(0);
        try (EventStream stream = open()) {
            stream.nextData();
        }
        await().until(() -> streams.size() == 0);
        AtomicInteger before = new AtomicInteger(-1);
        await().until(() -> before.getAndSet(renderings.get()) == renderings.get());

        try (EventStream stream = open()) {
            assertThat(stream.nextData()).isNotEmpty();
        }
    }

    @Test
    void clientThatDoesNotReadLosesItsStreamAndOthersKeepTheirs() throws IOException {
        AtomicInteger number = new AtomicInteger();
        String large = "x".repeat(500_000);
        try (Socket rude = new Socket(); EventStream reader = open()) {
            rude.connect(new InetSocketAddress(RawHttp.LOOPBACK, server.actualPort()));
            rude.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            await().until(() -> streams.size() == 2);

            while (streams.size() == 2) {
                parts = Map.of("a", "<p id=\"a\">" + number.incrementAndGet() + large + "</p>");
                assertThat(reader.nextData()).isNotEmpty();
                assertThat(number).as("renderings of half a MB").hasValueLessThan(200);
            }

            parts = Map.of("a", "end");
            String data = reader.nextData();
            while (!data.equals("end\n")) {
                data = reader.nextData();
            }
            assertThat(streams.size()).isEqualTo(1);
        }
    }

    @Test
    void onlyAFewStreamsAreOpen() {
        List<EventStream> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(open("/?caller=" + i));
        }
        assertThat(all.stream().filter(stream -> stream.status() == 200)).hasSize(StatusStreams.MAX_STREAMS);
        assertThat(all.stream().filter(stream -> stream.status() == 503)).hasSize(100 - StatusStreams.MAX_STREAMS);

        all.forEach(EventStream::close);
        await().until(() -> streams.size() == 0);
        try (EventStream stream = open()) {
            assertThat(stream.nextData()).isNotEmpty();
        }
    }

    @Test
    void oneCallerDoesNotTakeAllPlaces() {
        List<EventStream> all = new ArrayList<>();
        for (int i = 0; i < StatusStreams.MAX_STREAMS; i++) {
            all.add(open("/?caller=greedy"));
        }
        assertThat(all.stream().filter(stream -> stream.status() == 200)).hasSize(StatusStreams.MAX_STREAMS_PER_CALLER);
        all.add(open("/?caller=other"));
        assertThat(all.get(all.size() - 1).status()).isEqualTo(200);
        all.forEach(EventStream::close);
    }

    @Test
    void streamsEndAtShutdownAndNoneOpens() {
        try (EventStream stream = open()) {
            stream.nextData();

            streams.stop(new ShutdownDelayInitiatedEvent());

            while (stream.nextData() != null) {
                continue;
            }
            try (EventStream late = open()) {
                assertThat(late.status()).isEqualTo(503);
            }
        }
    }

    /** A browser opens it again, and so is the log not filled faster than by that. */
    @Test
    void failedRenderingEndsTheStreamsUntilTheyAreOpenedAgain() {
        broken = true;
        try (EventStream stream = open()) {
            assertThat(stream.nextData()).isNull();
        }
        await().until(() -> streams.size() == 0);
        assertThat(renderings).hasValue(1);

        broken = false;
        try (EventStream stream = open()) {
            assertThat(stream.nextData()).isNotEmpty();
        }
    }

    private EventStream open() {
        return open("/");
    }

    private EventStream open(String path) {
        return new EventStream(RawHttp.LOOPBACK, server.actualPort(), path);
    }
}
