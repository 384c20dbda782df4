package dev.leantokens.token;

import dev.leantokens.testing.TestClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** Makes logs of errors for tests without a container. */
final class ErrorLogs {

    private ErrorLogs() {
    }

    static ErrorLog create() {
        return countingIn(new SimpleMeterRegistry());
    }

    static ErrorLog countingIn(MeterRegistry registry) {
        return new ErrorLog(new TokenMetrics(registry), new TestClock(), (delay, action) -> {
        });
    }
}
