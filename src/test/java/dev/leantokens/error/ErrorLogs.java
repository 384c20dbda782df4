package dev.leantokens.error;

import dev.leantokens.testing.TestClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** Creates error logs for tests without a container. */
public final class ErrorLogs {

    private ErrorLogs() {
    }

    public static ErrorLog create() {
        return countingIn(new SimpleMeterRegistry());
    }

    static ErrorLog countingIn(MeterRegistry registry) {
        return new ErrorLog(new ErrorMetrics(registry), new TestClock(), (delay, action) -> {
        });
    }
}
