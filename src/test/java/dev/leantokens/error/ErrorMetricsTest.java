package dev.leantokens.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class ErrorMetricsTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final ErrorMetrics metrics = new ErrorMetrics(registry);

    @ParameterizedTest
    @EnumSource(TokenError.class)
    void errorIsCountedByItsCodeAndReason(TokenError error) {
        metrics.record(Origin.REST, error.because("the reason"));

        assertThat(registry.get(ErrorMetrics.ERRORS).tags("adapter", "rest", "error", error.code(), "reason",
                error.reason()).counter().count()).isOne();
        assertThat(total(ErrorMetrics.ERRORS)).isOne();
        assertThat(registry.get(ErrorMetrics.REQUESTS).tags("adapter", "rest", "outcome", "error").counter().count()).isOne();
    }

    @Test
    void errorOutsideOfAnAdapterIsNotATokenRequest() {
        metrics.record(Origin.BACKGROUND, TokenError.LEAN_UNAVAILABLE.because("the reason"));
        metrics.record(Origin.HTTP, TokenError.NOT_FOUND.because("the reason"));

        assertThat(total(ErrorMetrics.ERRORS)).isEqualTo(2);
        assertThat(total(ErrorMetrics.REQUESTS)).isZero();
    }

    /** Otherwise Lean's responses could create any number of time series. */
    @Test
    void unknownCodeOfLeanIsNotALabel() {
        for (int i = 0; i < 10; i++) {
            metrics.record(Origin.REST, TokenException.refusedByLean(
                    new ErrorResponse(400, Map.of("error", "unknown " + i), Optional.empty())));
        }
        metrics.record(Origin.REST,
                TokenException.refusedByLean(new ErrorResponse(400, Map.of("error", 7), Optional.empty())));
        metrics.record(Origin.REST,
                TokenException.refusedByLean(new ErrorResponse(401, Map.of("error", "invalid_client"), Optional.empty())));

        assertThat(registry.get(ErrorMetrics.ERRORS).tags("reason", "refused_by_lean", "error", "other").counter().count())
                .isEqualTo(11);
        assertThat(registry.get(ErrorMetrics.ERRORS).tags("reason", "refused_by_lean", "error", "invalid_client").counter()
                .count()).isOne();
    }

    /** A monitoring system sees no increase of a counter that appears with its first error. */
    @Test
    void everyCounterStartsAtZero() {
        assertThat(registry.get(ErrorMetrics.REQUESTS).counters()).hasSize(2);
        for (Origin origin : Origin.values()) {
            assertThat(registry.get(ErrorMetrics.ERRORS).tag("adapter", origin.tag()).counters())
                    .hasSize((int) Stream.of(TokenError.values()).filter(origin::canEndWith).count()).isNotEmpty();
        }
        assertThat(registry.get(ErrorMetrics.ERRORS).tags("adapter", "prefetch", "reason", "service_credentials_refused")
                .counter().count()).isZero();
    }

    private double total(String counter) {
        return registry.get(counter).counters().stream().mapToDouble(Counter::count).sum();
    }
}
