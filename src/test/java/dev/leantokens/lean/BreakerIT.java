package dev.leantokens.lean;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static dev.leantokens.testing.Callers.all;
import static dev.leantokens.testing.Callers.scope;
import static dev.leantokens.testing.LeanStub.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Callers.Answer;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Metrics;
import dev.leantokens.testing.TokenResponses;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;

/** Calls pause for a while if Lean keeps failing. */
@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = {
        @ResourceArg(name = "lean.breaker-request-volume", value = "10"),
        @ResourceArg(name = "lean.breaker-delay", value = "2s") })
class BreakerIT {

    private static final Duration DELAY = Duration.ofSeconds(2);
    private static final String STATE = "lean_breaker_state";

    LeanStub lean;

    private Callers callers;
    /** Gives each test new accounts. */
    private final UUID accounts = UUID.randomUUID();

    @BeforeEach
    void connect() {
        lean.reset();
        callers = new Callers(lean.mcpPort());
        // The last ten calls that the breaker knows succeed.
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
    void breakerOpensWhenLeanKeepsFailingAndClosesWhenItRecovers() {
        fail();
        int calls = lean.requests().size();

        Answer refused = ask();
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.error()).isEqualTo("temporarily_unavailable");
        assertThat(refused.retryAfter().orElseThrow()).isIn("1", "2");
        assertThat(callers.mcp(scope("api")).join().body().getString("error_description")).contains("keeps failing");
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
    void oneCallProbesWhetherLeanHasRecovered() {
        fail();
        int calls = lean.requests().size();

        await().atMost(DELAY.multipliedBy(3)).until(() -> {
            ask();
            return lean.requests().size() > calls;
        });

        assertThat(lean.requests()).hasSize(calls + 1);
        assertThat(ask().body().getString("error_description")).contains("keeps failing");
        assertThat(lean.requests()).hasSize(calls + 1);
    }

    @Test
    void refusalsAndThrottlingAreNoFailuresOfLean() {
        for (int status : new int[] { 400, 401, 404, 429 }) {
            lean.answers(status, "{\"error\":\"some_error\"}");
            for (int i = 0; i < 20; i++) {
                // Each with a new id: no calls follow for a client that Lean throttles.
                callers.rest(scope("api", UUID.randomUUID().toString(), "secret")).join();
            }
        }

        lean.givesToken();
        assertThat(ask().status()).isEqualTo(200);
    }

    @Test
    void failuresForOneIdDoNotAffectOthers() {
        lean.answersFor("client_secret", "made-up", aResponse().withStatus(500));
        assertThat(callers.rest(own("accepted")).join().status()).isEqualTo(200);
        String one = UUID.randomUUID().toString();

        for (int i = 0; i < 15; i++) {
            // One caller keeps requesting, so that it could take every probe; the others are new.
            List<Answer> failed = all(List.of(callers.rest(scope("api", one, "made-up")),
                    callers.rest(scope("api", one, "made-up")),
                    callers.rest(scope("api", UUID.randomUUID().toString(), "made-up"))));
            assertThat(failed).extracting(Answer::status).containsOnly(503);
            assertThat(ask().status()).isEqualTo(200);
            assertThat(callers.rest(scope("customer." + UUID.randomUUID())).join().status()).isEqualTo(200);
            assertThat(callers.rest(own("accepted")).join().status()).isEqualTo(200);
            assertThat(callers.rest(own("new-" + i)).join().status()).isEqualTo(200);
        }
        assertThat(Metrics.scrape().value(STATE, "state=\"closed\"")).isOne();
    }

    @Test
    void failuresForOneScopeDoNotAffectOthers() {
        String failing = "customer." + UUID.randomUUID();
        lean.answersFor("scope", failing, aResponse().withStatus(500));

        for (int i = 0; i < 30; i++) {
            assertThat(callers.rest(scope(failing)).join().status()).isEqualTo(503);
            assertThat(ask().status()).isEqualTo(200);
        }

        assertThat(callers.rest(scope(failing)).join().body().getString("error_description"))
                .contains("keeps failing for this scope of this client");
        assertThat(callsFor(failing)).isBetween(10L, 20L);
        assertThat(callers.rest(scope("customer." + UUID.randomUUID())).join().status()).isEqualTo(200);
        assertThat(Metrics.scrape().value(STATE, "state=\"closed\"")).isOne();
    }

    @Test
    void inventedCustomersOfOneCallerDoNotAffectKnownOnes() {
        List<String> known = IntStream.range(0, 3).mapToObj(i -> "customer." + UUID.randomUUID()).toList();
        known.forEach(customer -> assertThat(callers.rest(scope(customer)).join().status()).isEqualTo(200));
        lean.answers(aResponse().withStatus(500));
        for (String scope : List.of("api", known.get(0), known.get(1), known.get(2))) {
            lean.answersFor("scope", scope, json(200, TokenResponses.json(scope)));
        }

        Answer madeUp = null;
        for (int i = 0; i < 30; i++) {
            madeUp = callers.rest(scope("customer." + UUID.randomUUID())).join();
            assertThat(madeUp.status()).isEqualTo(503);
            assertThat(ask().status()).isEqualTo(200);
            assertThat(callers.rest(scope(known.get(i % 3))).join().status()).isEqualTo(200);
        }

        assertThat(madeUp.body().getString("error_description")).contains("keeps failing for new scopes of this caller");
        assertThat(Metrics.scrape().value(STATE, "state=\"closed\"")).isOne();

        lean.givesToken();
        await().atMost(DELAY.multipliedBy(3))
                .until(() -> callers.rest(scope("customer." + UUID.randomUUID())).join().status() == 200);
    }

    @Test
    void failuresForManyAcceptedScopesOpenTheBreaker() {
        List<String> known = acceptedCustomers();
        lean.answers(aResponse().withStatus(500));
        known.forEach(customer -> assertThat(callers.rest(scope(customer)).join().status()).isEqualTo(503));

        int calls = lean.requests().size();
        assertThat(ask().body().getString("error_description")).contains("keeps failing and is not called");
        assertThat(callers.rest(scope("customer." + UUID.randomUUID())).join().status()).isEqualTo(503);
        assertThat(lean.requests()).hasSize(calls).hasSizeLessThan(10);
        assertThat(Metrics.scrape().value(STATE, "state=\"closed\"")).isZero();
        // Calls with caller credentials have another breaker.
        callers.rest(own("accepted")).join();
        assertThat(lean.requests()).hasSize(calls + 1);

        // Lean has recovered, except for one scope. Requests for it do not delay the others.
        lean.givesToken();
        lean.answersFor("scope", known.get(0), aResponse().withStatus(500));
        await().atMost(DELAY.multipliedBy(6)).until(() -> {
            callers.rest(scope(known.get(0))).join();
            return ask().status() == 200;
        });
        assertThat(callers.rest(scope(known.get(1))).join().status()).isEqualTo(200);
    }

    @Test
    void failuresForManyAcceptedAccountsDoNotAffectTheService() {
        List<String> accounts = IntStream.range(0, 10).mapToObj(i -> UUID.randomUUID().toString()).toList();
        accounts.forEach(id -> assertThat(callers.rest(scope("api", id, "right")).join().status()).isEqualTo(200));
        lean.answersFor("client_secret", "right", aResponse().withStatus(500));
        accounts.forEach(id -> assertThat(callers.rest(scope("api", id, "right")).join().status()).isEqualTo(503));

        int calls = lean.requests().size();
        assertThat(callers.rest(scope("api", UUID.randomUUID().toString(), "right")).join().body()
                .getString("error_description")).contains("keeps failing");
        assertThat(lean.requests()).hasSize(calls);
        assertThat(ask().status()).isEqualTo(200);
        assertThat(Metrics.scrape().value(STATE, "state=\"closed\"")).isOne();

        lean.givesToken();
        await().atMost(DELAY.multipliedBy(6)).until(() -> callers.rest(own("accepted")).join().status() == 200);
    }

    @Test
    void unreachableLeanIsUnavailableForAllUntilItResponds() {
        lean.whileAway(() -> {
            for (int i = 0; i < 10; i++) {
                assertThat(callers.rest(scope("customer." + UUID.randomUUID())).join().status()).isEqualTo(503);
                assertThat(callers.rest(scope("api", UUID.randomUUID().toString(), "secret")).join().status()).isEqualTo(503);
            }
            assertThat(ask().body().getString("error_description")).contains("keeps failing");
            assertThat(callers.rest(own("new")).join().body().getString("error_description")).contains("keeps failing");
            assertThat(Metrics.scrape().value(STATE, "state=\"closed\"")).isZero();
        });

        // Any response closes it: no caller can prolong the outage for others.
        String failing = "customer." + UUID.randomUUID();
        lean.answersFor("scope", failing, aResponse().withStatus(500));
        await().atMost(DELAY.multipliedBy(3)).until(() -> {
            callers.rest(scope(failing)).join();
            return callsFor(failing) > 0;
        });
        assertThat(ask().status()).isEqualTo(200);
        await().atMost(DELAY.multipliedBy(3)).until(() -> callers.rest(own("new")).join().status() == 200);
    }

    /** @return as many that the last ten calls have all been accepted */
    private List<String> acceptedCustomers() {
        List<String> customers = IntStream.range(0, 10).mapToObj(i -> "customer." + UUID.randomUUID()).toList();
        lean.reset();
        customers.forEach(customer -> assertThat(callers.rest(scope(customer)).join().status()).isEqualTo(200));
        lean.reset();
        return customers;
    }

    private long callsFor(String scope) {
        return lean.requests().stream().filter(request -> request.formParameter("scope").firstValue().equals(scope)).count();
    }

    /** @return a request with caller credentials */
    private Map<String, Object> own(String name) {
        return scope("api", UUID.nameUUIDFromBytes((accounts + name).getBytes(StandardCharsets.UTF_8)).toString(), "secret");
    }

    /** Lets Lean fail until the breaker opens. */
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
