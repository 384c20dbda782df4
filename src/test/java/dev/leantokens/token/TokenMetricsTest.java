package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.error.Origin;
import dev.leantokens.token.IssuedToken.Source;
import io.micrometer.core.instrument.Counter;
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
    void tokenIsCountedByItsSource(Source source, String outcome) {
        metrics.recordIssued(Origin.MCP, source);

        assertThat(registry.get(TokenMetrics.REQUESTS).tags("adapter", "mcp", "outcome", outcome).counter().count()).isOne();
        assertThat(registry.get(TokenMetrics.REQUESTS).counters().stream().mapToDouble(Counter::count).sum()).isOne();
    }

    @Test
    void everyCounterStartsAtZero() {
        assertThat(registry.get(TokenMetrics.REQUESTS).counters()).hasSize(2 * 5)
                .allMatch(counter -> counter.count() == 0);
    }

    @Test
    void durationIsRecordedForEachAdapter() {
        metrics.recordDuration(Origin.REST, Duration.ofMillis(2).toNanos());

        Timer timer = registry.get(TokenMetrics.DURATION).tag("adapter", "rest").timer();
        assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(2);
        assertThat(timer.takeSnapshot().histogramCounts()).filteredOn(bucket -> bucket.count() > 0)
                .allMatch(bucket -> bucket.bucket(TimeUnit.MILLISECONDS) >= 5).isNotEmpty();
        assertThat(registry.get(TokenMetrics.DURATION).tag("adapter", "mcp").timer().count()).isZero();
    }
}
