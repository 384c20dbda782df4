package dev.leantokens.lean;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static dev.leantokens.testing.Callers.scope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Callers.Answer;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Metrics;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** A Lean that keeps failing is left alone for a while. */
@QuarkusTest
@WithTestResource(value = LeanStub.class, initArgs = {
        @ResourceArg(name = "lean.breaker-calls", value = "10"),
        @ResourceArg(name = "lean.breaker-delay", value = "2s") })
class BreakerTest {

    private static final Duration DELAY = Duration.ofSeconds(2);
    private static final String STATE = "lean_breaker_state";

    LeanStub lean;

    private Callers callers;

    @BeforeEach
    void connect() {
        lean.reset();
        callers = new Callers(lean.mcpPort());
        // Ten calls in a row that are well, as the last that the breaker knows.
        await().until(() -> ask().status() == 200);
        for (int i = 0; i < 10; i++) {
            assertThat(ask().status()).isEqualTo(200);
        }
    }

    @AfterEach
    void disconnect() {
        callers.close();
    }

    @Test
    void opensWhenLeanKeepsFailingAndClosesWhenItIsBack() {
        fail();
        int calls = lean.requests().size();

        Answer refused = ask();
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.error()).isEqualTo("temporarily_unavailable");
        assertThat(refused.retryAfter().orElseThrow()).isIn("1", "2");
        assertThat(callers.mcp(scope("api")).join().body().getString("error_description")).contains("kept failing");
        assertThat(lean.requests()).hasSize(calls);

        lean.givesToken();
        await().atMost(DELAY.multipliedBy(3)).until(() -> ask().status() == 200);
        assertThat(ask().status()).isEqualTo(200);
    }

    @Test
    void stateIsMeasured() {
        assertThat(Metrics.scrape().value(STATE, "state=\"closed\"")).isOne();

        fail();
        Metrics open = Metrics.scrape();
        assertThat(open.value(STATE, "state=\"open\"")).isOne();
        assertThat(open.sum(STATE)).isOne();

        lean.givesToken();
        await().atMost(DELAY.multipliedBy(3)).until(() -> ask().status() == 200);
        Metrics closed = Metrics.scrape();
        assertThat(closed.value(STATE, "state=\"closed\"")).isOne();
        assertThat(closed.sum(STATE)).isOne();
    }

    @Test
    void oneCallFindsOutWhetherLeanIsBack() {
        fail();
        int calls = lean.requests().size();

        await().atMost(DELAY.multipliedBy(3)).until(() -> {
            ask();
            return lean.requests().size() > calls;
        });

        assertThat(lean.requests()).hasSize(calls + 1);
        assertThat(ask().body().getString("error_description")).contains("kept failing");
        assertThat(lean.requests()).hasSize(calls + 1);
    }

    @Test
    void refusalsAndThrottlingAreNoFailuresOfLean() {
        for (int status : new int[] { 400, 401, 404, 429 }) {
            lean.answers(status, "{\"error\":\"some_error\"}");
            for (int i = 0; i < 20; i++) {
                // Each with an id of its own, since a client that Lean throttles is left alone.
                callers.rest(scope("api", UUID.randomUUID().toString(), "secret")).join();
            }
        }

        lean.givesToken();
        assertThat(ask().status()).isEqualTo(200);
    }

    /** Lean fails until the breaker opens. */
    private void fail() {
        lean.answers(aResponse().withStatus(500));
        for (int i = 0; i < 5; i++) {
            assertThat(ask().status()).isEqualTo(503);
        }
    }

    private Answer ask() {
        return callers.rest(scope("api")).join();
    }
}
