package dev.leantokens.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.TestClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class ExportLogTest {

    private final TestClock clock = new TestClock();
    private final ExportLog log = new ExportLog(clock, new SimpleMeterRegistry(), "http://collector");

    @Test
    void outageIsLoggedOnceAndItsEndOnce() {
        try (LogLines lines = LogLines.of(ExportLog.class.getName())) {
            log.failed(1, "it answers with status 500");
            clock.advance(Duration.ofSeconds(61));
            log.failed(2, "it answers with status 503");
            log.succeeded(1);
            log.succeeded(1);

            assertThat(messages(lines)).satisfiesExactly(
                    start -> assertThat(start).contains("does not take traces: it answers with status 500"),
                    end -> assertThat(end).contains("takes traces again, after 61 s; 3 spans were lost"));
        }
    }

    @Test
    void collectorThatTakesEverySecondBatchIsLoggedOnceAMinute() {
        try (LogLines lines = LogLines.of(ExportLog.class.getName())) {
            for (int second = 0; second < 180; second += 2) {
                log.failed(1, "it answers with status 429");
                clock.advance(Duration.ofSeconds(1));
                log.succeeded(1);
                clock.advance(Duration.ofSeconds(1));
            }

            assertThat(messages(lines)).hasSize(6);
        }
    }

    @Test
    void outageSoonAfterAnotherOneIsLoggedIfItLasts() {
        try (LogLines lines = LogLines.of(ExportLog.class.getName())) {
            log.failed(1, "the connection was closed");
            log.succeeded(1);
            log.failed(10, "the connection was refused");
            assertThat(lines.lines()).hasSize(2);

            clock.advance(Duration.ofMinutes(1));
            log.failed(10, "the connection was refused");
            log.succeeded(1);

            assertThat(messages(lines)).hasSize(4).last().asString().contains("after 60 s; 20 spans were lost");
        }
    }

    private static List<String> messages(LogLines lines) {
        return lines.lines().stream().map(LogLines.Line::message).toList();
    }
}
