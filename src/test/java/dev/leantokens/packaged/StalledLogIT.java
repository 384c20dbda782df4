package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import io.vertx.core.json.JsonObject;

/** A stalled reader of the log does not stop the service. */
class StalledLogIT {

    private static final int ERRORS = 6_000;
    private static final int CONNECTIONS = 4;

    private static final int TERMINATED = 128 + 15;

    private final LeanStub lean = new LeanStub();
    private final LogReader reader = new LogReader();
    private PackagedApplication application;

    @BeforeEach
    void start() {
        lean.start();
        // Enough lines to fill the pipe and the buffer of the log.
        application = PackagedApplication.start(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(), "ACCESS_LOG", "true", "LOG_JSON", "true"), reader);
    }

    @AfterEach
    void stop() {
        application.close();
        lean.stop();
    }

    @Test
    void stalledReaderStopsNothingAndGetsTheNumberOfDroppedLines() {
        assertThat(dropped()).isZero();

        reader.stall();
        errors();
        assertServed();
        long missed = dropped();
        assertThat(missed).isPositive();

        reader.resume();
        await().untilAsserted(() -> assertThat(messages()).anyMatch(line -> line.contains("log lines were dropped")));
        assertThat(messages().stream().filter(line -> line.contains("log lines were dropped"))
                .mapToLong(line -> Long.parseLong(line.split(" ")[0])).sum()).isEqualTo(dropped())
                .isGreaterThanOrEqualTo(missed);
        assertThat(messages().stream().filter(line -> line.contains("404 NOT_FOUND"))).as("complete lines").hasSizeBetween(10,
                100);

        reader.stall();
        errors();
        application.terminate();
        assertThat(application.exitCode()).isEqualTo(TERMINATED);
    }

    /** Sends concurrently over kept connections. */
    private void errors() {
        String request = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n";
        String last = "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        List<CompletableFuture<RawHttp.Response>> all = IntStream.range(0, CONNECTIONS)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> RawHttp.send(RawHttp.LOOPBACK, application.port(),
                        request.repeat(ERRORS / CONNECTIONS - 1) + last)))
                .toList();
        assertThat(all).allMatch(answers -> answers.join().status() == 404);
    }

    private void assertServed() {
        Peers peers = new Peers(application.port(), application.mcpPort());
        for (int i = 0; i < 20; i++) {
            assertThat(get("/q/health/live").status()).isEqualTo(200);
            assertThat(peers.rest(RawHttp.LOOPBACK).status()).isEqualTo(200);
            assertThat(peers.mcp(RawHttp.LOOPBACK)).contains(LeanStub.TOKEN);
        }
    }

    private long dropped() {
        return get("/q/metrics").body().lines().filter(line -> line.startsWith("log_lines_dropped_total "))
                .mapToLong(line -> (long) Double.parseDouble(line.split(" ")[1])).findFirst().orElseThrow();
    }

    private RawHttp.Response get(String path) {
        return RawHttp.send(RawHttp.LOOPBACK, application.port(),
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    /** @return the messages of the complete lines; the last line may be partial */
    private List<String> messages() {
        String log = application.log();
        return log.substring(0, log.lastIndexOf('\n')).lines().map(line -> new JsonObject(line).getString("message")).toList();
    }
}
