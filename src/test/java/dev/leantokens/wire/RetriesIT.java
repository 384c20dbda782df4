package dev.leantokens.wire;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static dev.leantokens.testing.Callers.scope;
import static dev.leantokens.testing.LeanStub.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Callers.Answer;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Metrics;
import dev.leantokens.testing.TokenResponses;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;

/** Which failures are retried, when and how often. */
@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = @ResourceArg(name = "lean.deadline", value = "8s"))
class RetriesIT {

    LeanStub lean;

    private Callers callers;
    /** A new client for each test: no calls follow for a client that Lean throttles. */
    private final Map<String, Object> request = scope("api", UUID.randomUUID().toString(), "secret");

    @BeforeEach
    void connect() {
        lean.reset();
        callers = new Callers(lean.mcpPort());
    }

    @AfterEach
    void disconnect() {
        callers.close();
    }

    static Stream<Arguments> passing() {
        return Stream.of(
                Arguments.of("429", aResponse().withStatus(429)),
                Arguments.of("502", aResponse().withStatus(502)),
                Arguments.of("503", aResponse().withStatus(503)),
                Arguments.of("504", aResponse().withStatus(504)),
                Arguments.of("a hang", json(200, "{}").withFixedDelay((int) LeanStub.REQUEST_TIMEOUT_MILLIS * 2)),
                Arguments.of("an answer that drips",
                        json(200, TokenResponses.json("api")).withChunkedDribbleDelay(100, 20_000)),
                Arguments.of("a broken connection", aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)),
                Arguments.of("an empty answer", aResponse().withFault(Fault.EMPTY_RESPONSE)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passing")
    void transientFailureIsNotNoticed(String name, ResponseDefinitionBuilder failure) {
        lean.answersInTurn(List.of(failure, failure, json(200, TokenResponses.json("api"))));

        assertThat(callers.rest(request).join().status()).isEqualTo(200);
        assertThat(lean.requests()).hasSize(3);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passing")
    void thirdAttemptIsTheLast(String name, ResponseDefinitionBuilder failure) {
        lean.answers(failure);

        assertThat(callers.mcp(request).join().error()).isEqualTo("temporarily_unavailable");
        // One more if the first attempt failed on a reused connection, like a stale one.
        assertThat(lean.requests()).hasSizeBetween(3, 4);
    }

    @ParameterizedTest
    @ValueSource(ints = { 408, 421, 425 })
    void statusAboutTheConnectionIsRetriedOnceOnANewOne(int status) {
        lean.answers(status, "{\"error\":\"invalid_request\"}");

        Answer shared = callers.rest(scope("customer." + UUID.randomUUID())).join();
        int calls = lean.requests().size();
        Answer own = callers.rest(request).join();

        assertThat(List.of(shared, own)).extracting(Answer::status).containsOnly(503);
        assertThat(List.of(shared, own)).extracting(Answer::error).containsOnly("temporarily_unavailable");
        assertThat(calls).isEqualTo(2);
        // A call with a caller's own credentials has a new connection already.
        assertThat(lean.requests()).hasSize(calls + 1);
    }

    @ParameterizedTest
    @CsvSource({ "400, {\"error\":\"invalid_scope\"}", "401, {\"error\":\"invalid_client\"}", "403, {}", "404, {}",
            "200, {}", "302, {}", "500, {}", "501, {}" })
    void permanentFailureIsNotRetried(int status, String body) {
        lean.answers(status, body);

        assertThat(callers.rest(request).join().status()).isNotEqualTo(200);
        assertThat(lean.requests()).hasSize(1);
    }

    @Test
    void retryFollowsRetryAfter() {
        lean.answersInTurn(List.of(throttled(2), json(200, TokenResponses.json("api"))));

        assertThat(callers.rest(request).join().status()).isEqualTo(200);
        assertThat(lean.timesOfRequests()).satisfies(times -> assertThat(Duration.between(times.get(0), times.get(1)))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(2)));
    }

    @Test
    void longRetryAfterIsReportedAtOnceAndNoCallFollows() {
        lean.answers(throttled(30));

        Answer first = callers.rest(request).join();
        Answer second = callers.rest(request).join();
        Answer third = callers.mcp(request).join();

        assertThat(first.status()).isEqualTo(429);
        assertThat(first.retryAfter()).contains("30");
        assertThat(Integer.parseInt(second.retryAfter().orElseThrow())).isBetween(25, 30);
        assertThat(third.body().getString("error_description")).matches(".*; retry after (2[5-9]|30) s");
        assertThat(lean.requests()).hasSize(1);
    }

    @Test
    void throttledCallerWithTheIdOfTheServicePausesOnlyItself() {
        lean.answersFor("client_secret", "wrong", throttled(30));
        Map<String, Object> guess = scope("api", LeanStub.CLIENT_ID, "wrong");

        assertThat(callers.rest(guess).join().status()).isEqualTo(429);
        assertThat(callers.onBothAdapters(10, scope("api"))).extracting(Answer::status).containsOnly(200);
        assertThat(callers.rest(scope("api", LeanStub.CLIENT_ID, LeanStub.CLIENT_SECRET)).join().status()).isEqualTo(200);
        assertThat(Metrics.scrape().value("lean_budget_left")).isPositive();

        int calls = lean.requests().size();
        assertThat(callers.rest(guess).join().status()).isEqualTo(429);
        assertThat(lean.requests()).hasSize(calls);
    }

    @Test
    void throttlingWithoutRetryAfterPausesAsWell() {
        lean.answers(json(429, "{}"));

        assertThat(callers.rest(request).join().retryAfter()).contains("5");
        assertThat(lean.requests()).hasSize(3);
        lean.givesToken();
        assertThat(callers.rest(request).join().status()).isEqualTo(200);
        assertThat(lean.timesOfRequests()).satisfies(times -> assertThat(Duration.between(times.get(2), times.get(3)))
                .isGreaterThanOrEqualTo(Duration.ofMillis(4_900)));
    }

    @Test
    void deadlineLimitsAllAttemptsTogether() {
        // Each attempt follows Retry-After; the third one could not complete before the deadline.
        lean.answers(throttled(4));

        Answer answer = callers.rest(request).join();

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.retryAfter()).contains("4");
        assertThat(lean.requests()).hasSize(2);
    }

    private static ResponseDefinitionBuilder throttled(int seconds) {
        return json(429, "{}").withHeader("Retry-After", Integer.toString(seconds));
    }
}
