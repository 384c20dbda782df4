package dev.leantokens.wire;

import static dev.leantokens.testing.Callers.all;
import static dev.leantokens.testing.Callers.scope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Callers.Answer;
import dev.leantokens.testing.LeanStub;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;

/** Callers cannot make the service exceed the calls per minute that Lean allows. */
@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = {
        @ResourceArg(name = "cache.enabled", value = "true"),
        @ResourceArg(name = "lean.requests-per-minute", value = "60"),
        // A timeout on a loaded machine would be retried, and counted twice.
        @ResourceArg(name = "lean.request-timeout", value = "10s"),
        @ResourceArg(name = "lean.deadline", value = "30s") })
class BudgetOverHttpIT {

    LeanStub lean;

    private Callers callers;
    private final String clientId = UUID.randomUUID().toString();

    @BeforeEach
    void connect() {
        lean.reset();
        lean.givesTokensOfTheirOwn(3600);
        callers = new Callers(lean.mcpPort());
    }

    @AfterEach
    void disconnect() {
        callers.close();
    }

    @Test
    void fiveHundredCustomersGetTheCallsThatLeanAllows() {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            answers.add(i % 2 == 0 ? callers.rest(own("customer." + i)) : callers.mcp(own("customer." + i)));
        }
        List<Answer> all = all(answers);

        assertThat(lean.requests()).hasSize(60);
        assertThat(all).filteredOn(answer -> answer.status() == 200).hasSize(60);
        assertThat(IntStream.range(0, 500).filter(i -> i % 2 == 0).mapToObj(all::get))
                .filteredOn(answer -> answer.status() != 200).isNotEmpty().allSatisfy(refused -> {
                    assertThat(refused.status()).isEqualTo(429);
                    assertThat(refused.error()).isEqualTo("temporarily_unavailable");
                    assertThat(Integer.parseInt(refused.retryAfter().orElseThrow())).isBetween(1, 71);
                });
        assertThat(all).filteredOn(answer -> answer.status() == 0).isNotEmpty()
                .allSatisfy(refused -> assertThat(refused.body().getString("error_description"))
                        .matches("all token requests .*; retry after \\d+ s"));

        // Another Lean client has a separate budget, and cached tokens are still issued.
        assertThat(callers.rest(scope("api", UUID.randomUUID().toString(), "secret")).join().status()).isEqualTo(200);
        int served = IntStream.range(0, 500).filter(i -> all.get(i).status() == 200).findFirst().orElseThrow();
        assertThat(callers.rest(own("customer." + served)).join().token()).isEqualTo(all.get(served).token());
    }

    @Test
    void budgetCountsAttemptsNotRequests() {
        callers.rest(own("api")).join();
        lean.answers(503, "{}");
        for (int i = 0; i < 30; i++) {
            callers.rest(own("customer.1")).join();
        }

        assertThat(lean.requests()).hasSize(60);
    }

    @Test
    void freshTokensGetHalfOfTheBudget() {
        List<Answer> first = all(IntStream.range(0, 25).mapToObj(i -> callers.rest(own("customer." + i))).toList());
        assertThat(first).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
        LoggedRequest last = lean.requests().stream().max(Comparator.comparing(LoggedRequest::getLoggedDate)).orElseThrow();
        await().until(() -> new Date().getTime() - last.getLoggedDate().getTime() > 1_100);

        List<Answer> fresh = all(IntStream.range(0, 50).mapToObj(
                i -> callers.rest(own("customer." + i % 25), "Cache-Control", "no-cache")).toList());
        await().until(() -> new Date().getTime() - last.getLoggedDate().getTime() > 4_000);
        List<Answer> again = all(IntStream.range(0, 25).mapToObj(
                i -> callers.rest(own("customer." + i), "Cache-Control", "no-cache")).toList());

        assertThat(fresh).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
        assertThat(again).filteredOn(answer -> answer.status() == 200).hasSize(5);
        assertThat(again).filteredOn(answer -> answer.status() == 429).hasSize(20);
        assertThat(lean.requests()).hasSize(55);
        // The rest is for callers without a token.
        assertThat(callers.rest(own("customer.new")).join().status()).isEqualTo(200);
    }

    /** The case of the id does not matter. */
    @Test
    void callersThatTryTheIdOfTheServiceUseFewOfItsCalls() {
        List<Answer> tries = all(IntStream.range(0, 100).mapToObj(i -> callers.rest(scope("api",
                i % 2 == 0 ? LeanStub.CLIENT_ID : LeanStub.CLIENT_ID.toUpperCase(Locale.ROOT), "guess-" + i))).toList());

        assertThat(tries).filteredOn(answer -> answer.status() == 200).hasSize(3);
        assertThat(tries).filteredOn(answer -> answer.status() == 429).hasSize(97);
        assertThat(callers.rest(scope("api")).join().status()).isEqualTo(200);
    }

    @Test
    void wrongSecretsForTheIdOfACallerLeaveItItsCalls() {
        callers.rest(own("customer.0")).join();

        List<Answer> tries = all(IntStream.range(0, 60).mapToObj(i -> callers.rest(scope("api", clientId, "guess-" + i)))
                .toList());
        List<Answer> rightOnes = all(IntStream.range(1, 58).mapToObj(i -> callers.rest(own("customer." + i))).toList());

        // The first call was a try as well.
        assertThat(tries).filteredOn(answer -> answer.status() == 429).hasSize(58).allSatisfy(
                answer -> assertThat(answer.body().getString("error_description")).contains("has not accepted before"));
        assertThat(rightOnes).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
        assertThat(lean.requests()).hasSize(60);
    }

    private Map<String, Object> own(String scope) {
        return scope(scope, clientId, "secret");
    }
}
