package dev.leantokens.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.TestClock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class ErrorLogTest {

    private static final CallerName CALLER = CallerName.unauthenticated("address 192.0.2.7", "address 192.0.2.7");

    private final LogLines log = LogLines.ofThisThread("dev.leantokens.errors");

    @AfterEach
    void stopListening() {
        log.close();
    }

    @ParameterizedTest
    @CsvSource({
            "INVALID_REQUEST,             INFO",
            "CALLER_REFUSED,              INFO",
            "TOO_LARGE,                   INFO",
            "THROTTLED,                   WARN",
            "LEAN_UNAVAILABLE,            WARN",
            "ISSUER_UNAVAILABLE,          WARN",
            "UNUSABLE_ANSWER,             WARN",
            "NO_CREDENTIALS,              WARN",
            "SERVICE_CREDENTIALS_REFUSED, ERROR",
            "SERVICE_NOT_AUTHORIZED, ERROR",
            "OTHER_SCOPE,                 ERROR",
            "WRONG_ENDPOINT,              ERROR",
            "LEAN_UNTRUSTED,              ERROR",
    })
    void errorIsOneLineOfItsLevel(TokenError error, String level) {
        TokenException exception = error.because("the reason");

        assertThat(ErrorLogs.create().record(Origin.REST, CALLER, exception)).isSameAs(exception);

        assertThat(log.lines()).singleElement().satisfies(line -> {
            assertThat(line.level()).isEqualTo(level);
            assertThat(line.message()).contains("the reason", "192.0.2.7");
            assertThat(line.stack()).isEmpty();
        });
    }

    @Test
    void faultOfThisServiceIsLoggedWithItsStackTraceAndWithoutItsMessages() {
        Exception fault = new IllegalStateException("s3cr3t", new NumberFormatException("s3cr3t"));

        TokenException told = ErrorLogs.create().record(Origin.MCP, CALLER, fault);

        assertThat(told.error()).isEqualTo(TokenError.INTERNAL);
        assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line.message() + line.stack())
                .doesNotContain("s3cr3t").contains("IllegalStateException", "NumberFormatException", "ErrorLogTest"));
    }

    @Test
    void repeatedErrorsOfACallerAreSummarizedAndAllCounted() {
        TestClock clock = new TestClock();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        List<Runnable> timers = new ArrayList<>();
        ErrorLog errors = new ErrorLog(new ErrorMetrics(registry), clock, (delay, action) -> timers.add(action));
        TokenException refused = TokenError.CALLER_REFUSED.because("the reason");
        TokenException fault = TokenError.SERVICE_CREDENTIALS_REFUSED.because("an operator must act");

        for (int i = 0; i < 1000; i++) {
            errors.record(Origin.REST, CALLER, refused);
            errors.record(Origin.MCP, CALLER, new IllegalStateException("s3cr3t"));
            errors.record(Origin.BACKGROUND, fault);
        }
        clock.advance(ErrorRate.PERIOD);
        timers.forEach(Runnable::run);

        assertThat(log.lines()).hasSize(3 * (ErrorRate.MAX_IN_FULL + 1));
        assertThat(log.lines().subList(3 * ErrorRate.MAX_IN_FULL, log.lines().size()))
                .extracting(line -> line.level() + " " + line.message() + line.stack()).containsExactly(
                        "INFO 990 more errors of address 192.0.2.7 within 10 s: CALLER_REFUSED",
                        "ERROR 990 more errors of address 192.0.2.7 within 10 s: INTERNAL",
                        "ERROR 990 more errors of this service within 10 s: SERVICE_CREDENTIALS_REFUSED");
        assertThat(registry.get(ErrorMetrics.ERRORS).counters().stream().mapToDouble(Counter::count).sum()).isEqualTo(3000);
    }
}
