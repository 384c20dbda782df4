package dev.leantokens.wire;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static dev.leantokens.testing.Callers.scope;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Callers.Answer;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.TokenResponses;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;

/** Lean becomes unavailable while its tokens, which live for seconds here, expire. */
@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = {
        @ResourceArg(name = "cache.enabled", value = "true"),
        @ResourceArg(name = "cache.negative-ttl", value = "500ms"),
        @ResourceArg(name = "token.customer-minimum-validity", value = "8s"),
        @ResourceArg(name = "token.refresh-ahead", value = "0.5"),
        @ResourceArg(name = "token.stale-after", value = "300ms"),
        @ResourceArg(name = "token.retry-cooldown", value = "500ms") })
class OutageIT {

    LeanStub lean;

    private Callers callers;
    private final String scope = "customer." + UUID.randomUUID();

    @BeforeEach
    void connect() {
        lean.reset();
        lean.givesTokensOfTheirOwn(10);
        callers = new Callers(lean.mcpPort());
    }

    @AfterEach
    void disconnect() {
        callers.close();
    }

    @Test
    void outageIsHiddenWhileAValidTokenExistsAndReportedAfterwards() {
        String token = ask().token();
        lean.answers(aResponse().withStatus(503));

        await().atMost(Duration.ofSeconds(20)).until(() -> {
            Answer rest = ask();
            Answer mcp = callers.mcp(scope(scope)).join();
            if (rest.status() == 200) {
                assertThat(rest.token()).isEqualTo(token);
                assertThat(rest.body().getInteger("expires_in")).isPositive();
                return false;
            }
            assertThat(rest.status()).isEqualTo(503);
            assertThat(rest.error()).isEqualTo("temporarily_unavailable");
            assertThat(rest.retryAfter()).contains("5");
            assertThat(mcp.body().getString("error_description")).endsWith("; retry after 5 s");
            return true;
        });

        lean.givesTokensOfTheirOwn(10);
        assertThat(ask().token()).isNotEqualTo(token);
    }

    @Test
    void tokenIsReplacedWhileItIsStillValid() {
        String token = ask().token();
        // Issued for 2 s, and replaced in the second one.
        await().atMost(Duration.ofSeconds(5)).until(() -> {
            Answer answer = ask();
            assertThat(answer.cacheStatus().orElseThrow()).contains("; hit");
            return !answer.token().equals(token);
        });

        assertThat(lean.requests()).hasSize(2);
    }

    @Test
    void unresponsiveLeanDelaysNoCallerForLong() {
        String token = ask().token();
        // A token below the minimum is not issued without a call to Lean.
        lean.answers(aResponse().withStatus(200).withFixedDelay(60_000));
        await().atMost(Duration.ofSeconds(5)).until(() -> ask().cacheStatus().orElseThrow().contains("detail=stale"));

        assertThat(ask().token()).isEqualTo(token);
    }

    @Test
    void tokenForAnotherScopeIsNeitherIssuedNorCached() {
        lean.answers(200, TokenResponses.json("customer." + UUID.randomUUID()));
        assertThat(callers.onBothAdapters(2, scope(scope))).extracting(Answer::error).containsOnly("server_error");

        lean.givesTokensOfTheirOwn(10);
        String token = ask().token();
        assertThat(token).startsWith(TokenResponses.prefix(LeanStub.CLIENT_ID, LeanStub.CLIENT_SECRET, scope));

        // A replacement for another scope leaves the cached token in place.
        lean.answers(200, TokenResponses.json("customer." + UUID.randomUUID()));
        await().atMost(Duration.ofSeconds(5)).until(() -> {
            Answer answer = ask();
            assertThat(answer.token()).isEqualTo(token);
            return answer.cacheStatus().orElseThrow().contains("detail=stale");
        });
    }

    @ParameterizedTest
    @CsvSource({ "401, invalid_client", "401, unauthorized_client", "400, unauthorized_client" })
    void refusalOfOneScopeDoesNotAffectOthers(int status, String error) {
        assertThat(ask().status()).isEqualTo(200);
        String odd = "customer." + UUID.randomUUID();
        lean.answersFor("scope", odd, LeanStub.json(status, "{\"error\":\"" + error + "\"}"));

        for (int i = 0; i < 10; i++) {
            assertThat(callers.rest(scope(odd)).join().status()).isEqualTo(502);
            assertThat(callers.onBothAdapters(2, scope("customer." + UUID.randomUUID()))).extracting(Answer::status)
                    .containsOnly(200);
        }
        given().get("/q/health/group/lean").then().statusCode(200);
        given().get("/q/health/ready").then().statusCode(200);
    }

    private Answer ask() {
        return callers.rest(scope(scope)).join();
    }
}
