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
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;

@QuarkusIntegrationTest
@WithTestResource(LeanStub.class)
@TestProfile(LeanAwayIT.NotAskedYet.class)
class LeanAwayIT {

    /** A start of its own, since what Lean answered is remembered. */
    public static class NotAskedYet implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("lean.connect-timeout", "500ms");
        }
    }

    LeanStub lean;

    /** Here no token is asked for. */
    @Test
    void metricsAreThereBeforeTheFirstRequest() {
        Metrics metrics = Metrics.scrape();

        assertThat(metrics.sum("token_requests_total")).isZero();
        assertThat(metrics.samples()).extracting(Sample::name).contains("token_requests_total", "token_errors_total",
                "token_duration_seconds_count", "lean_requests_seconds_count", "lean_retries_total", "lean_breaker_state",
                "lean_budget_left", "token_waiters");
    }

    @Test
    void leanThatIsAwayIsDownInItsGroupAndInNoProbe() {
        lean.whileAway(() -> {
            given().get("/q/health/group/lean").then().statusCode(503)
                    .body("checks.find { it.name == 'lean' }.status", equalTo("DOWN"))
                    .body("checks.find { it.name == 'lean' }.data.reason", containsString("reached"));
            given().get("/q/health").then().statusCode(200);
            given().get("/q/health/ready").then().statusCode(200);
        });
    }
}
