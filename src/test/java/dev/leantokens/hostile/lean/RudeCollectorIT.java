package dev.leantokens.hostile.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.leantokens.hostile.lean.Step.Bodies;
import dev.leantokens.packaged.PackagedApplication;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RawServer;
import dev.leantokens.testing.RawServer.Request;

/** Whatever a collector of traces answers, requests are answered, the log stays short and the process ends in time. */
class RudeCollectorIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int CALLS = 20;

    private static final class NoBody implements Bodies {

        @Override
        public String right(Request request) {
            return "{}";
        }

        @Override
        public String forged() {
            return "{}";
        }
    }

    @Test
    void requestsAreAnsweredAndTheProcessEndsWhateverTheCollectorDoes() {
        List<Scenario> scenarios = Scenarios.ofCollectors().toList();
        RudeServer manner = new RudeServer(new NoBody(), request -> true);
        manner.play(number -> played(number, scenarios), 0);
        try (RawServer collector = RawServer.start();
                PackagedApplication service = PackagedApplication.startWith(
                        List.of("-Xmx128m", "-Dio.netty.leakDetection.samplingInterval=8"), Map.of(
                                "LEAN_ENVIRONMENT", "stand-in",
                                "OTEL_EXPORTER_OTLP_ENDPOINT", collector.url(),
                                "OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20s3cr3t",
                                "OTEL_EXPORTER_OTLP_TIMEOUT", "1000",
                                "OTEL_BSP_EXPORT_TIMEOUT", "2000",
                                "OTEL_BSP_SCHEDULE_DELAY", "20",
                                "OTEL_BSP_MAX_QUEUE_SIZE", "50",
                                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10"))) {
            collector.answers(manner.followedBy((connection, request) -> {
                Scenario played = played(connection.number(), scenarios);
                if (request.nth() > 1 || !played.onReuse() && played.reusable() && played != Scenario.POLITE) {
                    // The next one plays the next scenario; the client may have kept this one.
                    connection.close();
                }
            }));
            Awaitility.await().atMost(PATIENCE).until(() -> {
                IntStream.range(0, CALLS).forEach(i -> assertThat(token(service)).isEqualTo(200));
                return collector.accepted() > scenarios.size() + 2;
            });

            assertThat(service.log()).doesNotContain("\tat ", "Exception in thread", "LEAK", "Unhandled", "OutOfMemory",
                    "s3cr3t");
            assertThat(service.log().lines().filter(line -> line.contains("collector")).count()).isLessThan(10);
            assertThat(collector.connections()).hasSizeLessThan(10);
            // Spans that are being sent do not delay the end.
            collector.answers((connection, request) -> connection.awaitClose());
            IntStream.range(0, CALLS).forEach(i -> assertThat(token(service)).isEqualTo(200));
            service.terminate();
            assertThat(service.exitCode()).isEqualTo(143);
        }
    }

    private static Scenario played(int connection, List<Scenario> scenarios) {
        return connection <= scenarios.size() ? scenarios.get(connection - 1) : Scenario.POLITE;
    }

    private static int token(PackagedApplication service) {
        return RawHttp.post(RawHttp.LOOPBACK, service.port(), "/v1/oauth2/token", "application/json", "{\"scope\":\"api\"}")
                .status();
    }
}
