package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.LogLines;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** The log lines of an outage, with the settings of {@link BreakerIT}. */
@QuarkusTest
@WithTestResource(value = LeanStub.class, initArgs = {
        @ResourceArg(name = "lean.breaker-request-volume", value = "10"),
        @ResourceArg(name = "lean.breaker-delay", value = "2s") })
class OutageLogTest {

    private static final Duration DELAY = Duration.ofSeconds(2);

    LeanStub lean;

    private Callers callers;
    private LogLines log;

    @BeforeEach
    void connect() {
        lean.reset();
        callers = new Callers(lean.mcpPort());
        await().until(() -> ask() == 200);
        for (int i = 0; i < 10; i++) {
            ask();
        }
        log = LogLines.of(LeanBreaker.class.getName());
    }

    @AfterEach
    void disconnect() {
        log.close();
        callers.close();
    }

    @Test
    void outageIsOneLineAtItsStartAndOneAtItsEndHoweverManyProbesFail() {
        lean.answers(500, "");
        await().until(() -> {
            ask();
            return !log.lines().isEmpty();
        });
        int calls = lean.requests().size();
        await().atMost(DELAY.multipliedBy(4)).until(() -> {
            ask();
            return lean.requests().size() >= calls + 2;
        });
        assertThat(log.lines()).singleElement().satisfies(line -> {
            assertThat(line.level()).isEqualTo("WARN");
            assertThat(line.message()).startsWith("Lean is unavailable").contains("LEAN_FAILED");
        });

        lean.reset();
        await().atMost(DELAY.multipliedBy(3)).until(() -> ask() == 200);
        assertThat(log.lines()).hasSize(2).last().satisfies(line -> {
            assertThat(line.level()).isEqualTo("INFO");
            assertThat(line.message()).matches("Lean is back, after \\d+ s");
        });
    }

    @Test
    void successfulRequestsAreNotLogged() {
        for (int i = 0; i < 10; i++) {
            ask();
        }

        assertThat(log.lines()).isEmpty();
    }

    private int ask() {
        return callers.rest(Callers.scope("api")).join().status();
    }
}
