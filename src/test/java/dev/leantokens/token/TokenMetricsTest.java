package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import dev.leantokens.token.CacheStatus.Source;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class TokenMetricsTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final TokenMetrics metrics = new TokenMetrics(registry);

    @ParameterizedTest
    @CsvSource({
            "HIT,                 hit",
            "MISS,                miss",
            "BYPASS,              miss",
            "STALE,               stale",
            "STALE_AFTER_FAILURE, stale",
            "REPLACED,            refreshed",
            "REQUESTED,           refreshed",
    })
    void tokenIsCountedByHowItWasComeBy(Source source, String outcome) {
        metrics.issued(Origin.MCP, new CacheStatus(source, Optional.empty(), false));

        assertThat(requests("mcp", outcome)).isOne();
        assertThat(total(TokenMetrics.REQUESTS)).isOne();
    }

    @ParameterizedTest
    @EnumSource(TokenError.class)
    void errorIsCountedByItsCodeAndReason(TokenError error) {
        metrics.failed(Origin.REST, error.because("the reason"));

        assertThat(registry.get(TokenMetrics.ERRORS).tags("adapter", "rest", "error", error.code(), "reason",
                error.reason()).counter().count()).isOne();
        assertThat(total(TokenMetrics.ERRORS)).isOne();
        assertThat(requests("rest", "error")).isOne();
    }

    @Test
    void errorOfNoAdapterIsNoRequestForAToken() {
        metrics.failed(Origin.BACKGROUND, TokenError.LEAN_UNAVAILABLE.because("the reason"));
        metrics.failed(Origin.HTTP, TokenError.NOT_FOUND.because("the reason"));

        assertThat(total(TokenMetrics.ERRORS)).isEqualTo(2);
        assertThat(total(TokenMetrics.REQUESTS)).isZero();
    }

    /** Lean's answer could otherwise make as many time series as it likes. */
    @Test
    void codeThatLeanHasMadeUpIsNoLabel() {
        for (int i = 0; i < 10; i++) {
            metrics.failed(Origin.REST, TokenException.refusedByLean(
                    new ErrorResponse(400, Map.of("error", "made up " + i), Optional.empty())));
        }
        metrics.failed(Origin.REST,
                TokenException.refusedByLean(new ErrorResponse(400, Map.of("error", 7), Optional.empty())));
        metrics.failed(Origin.REST,
                TokenException.refusedByLean(new ErrorResponse(401, Map.of("error", "invalid_client"), Optional.empty())));

        assertThat(registry.get(TokenMetrics.ERRORS).tags("reason", "refused_by_lean", "error", "other").counter().count())
                .isEqualTo(11);
        assertThat(registry.get(TokenMetrics.ERRORS).tags("reason", "refused_by_lean", "error", "invalid_client").counter()
                .count()).isOne();
    }

    /** Whoever watches how a counter grows sees nothing of one that appears with its first count. */
    @Test
    void everyCounterIsThereFromTheStart() {
        assertThat(registry.get(TokenMetrics.REQUESTS).counters()).hasSize(2 * 5);
        for (Origin origin : Origin.values()) {
            assertThat(registry.get(TokenMetrics.ERRORS).tag("adapter", origin.tag()).counters())
                    .hasSize((int) Stream.of(TokenError.values()).filter(origin::canEndWith).count()).isNotEmpty();
        }
        assertThat(registry.get(TokenMetrics.ERRORS).tags("adapter", "prefetch", "reason", "service_credentials_refused")
                .counter().count()).isZero();
    }

    @Test
    void timeIsKeptForEachAdapter() {
        metrics.took(Origin.REST, Duration.ofMillis(2).toNanos());

        Timer timer = registry.get(TokenMetrics.DURATION).tag("adapter", "rest").timer();
        assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(2);
        assertThat(timer.takeSnapshot().histogramCounts()).filteredOn(bucket -> bucket.count() > 0)
                .allMatch(bucket -> bucket.bucket(TimeUnit.MILLISECONDS) >= 5).isNotEmpty();
        assertThat(registry.get(TokenMetrics.DURATION).tag("adapter", "mcp").timer().count()).isZero();
    }

    private double requests(String adapter, String outcome) {
        return registry.get(TokenMetrics.REQUESTS).tags("adapter", adapter, "outcome", outcome).counter().count();
    }

    private double total(String name) {
        return registry.get(name).counters().stream().mapToDouble(counter -> counter.count()).sum();
    }
}
