package dev.leantokens.health;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Metrics;
import dev.leantokens.testing.Metrics.Sample;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;

/** The service has no Lean credentials, and no caller could use them. No test here requests a token. */
@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = @ResourceArg(name = LeanStub.WITHOUT_CREDENTIALS, value = ""))
@TestProfile(OnlyCallerCredentialsIT.Never.class)
class OnlyCallerCredentialsIT {

    public static class Never implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("access.anonymous", "never", "lean.connect-timeout", "500ms");
        }
    }

    LeanStub lean;

    @Test
    void serviceThatOnlyForwardsCallerCredentialsIsReady() {
        given().get("/q/health/ready").then().statusCode(200);
    }

    @Test
    void metricsExistBeforeTheFirstRequest() {
        Metrics metrics = Metrics.scrape();

        assertThat(metrics.sum("token_requests_total")).isZero();
        assertThat(metrics.samples()).extracting(Sample::name).contains("token_requests_total", "token_errors_total",
                "token_duration_seconds_count", "lean_requests_seconds_count", "lean_retries_total", "lean_breaker_state",
                "lean_budget_left", "token_waiters");
    }

    @Test
    void unreachableLeanIsDownInItsGroupAndInNoProbe() {
        lean.whileAway(() -> {
            given().get("/q/health/group/lean").then().statusCode(503)
                    .body("checks.find { it.name == 'lean' }.status", equalTo("DOWN"))
                    .body("checks.find { it.name == 'lean' }.data.reason", containsString("reached"));
            given().get("/q/health").then().statusCode(200);
            given().get("/q/health/ready").then().statusCode(200);
        });
    }
}
