package dev.leantokens.health;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Metrics;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = @ResourceArg(name = LeanStub.WITHOUT_CREDENTIALS, value = ""))
class WithoutCredentialsIT {

    LeanStub lean;

    @Test
    void budgetWithoutCredentialsIsNaN() {
        assertThat(Metrics.scrape().value("lean_budget_left")).isNaN();
    }

    @Test
    void serviceIsAliveAndNotReady() {
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/health/started").then().statusCode(200);
        given().get("/q/health/ready").then().statusCode(503)
                .body("checks.find { it.name == 'lean-credentials' }.status", equalTo("DOWN"))
                .body("checks.find { it.name == 'lean-credentials' }.data.service", containsString("LEAN_CLIENT_ID"))
                .body("checks.find { it.name == 'listeners' }.status", equalTo("UP"));
        assertThat(Metrics.scrape().value("service_ready")).isZero();
    }

    @Test
    void callerWithoutCredentialsGetsAnError() {
        given().formParam("scope", "api").post("/v1/oauth2/token").then()
                .statusCode(503).body("error", equalTo("temporarily_unavailable"));
        assertThat(McpCalls.textOf(McpCalls.call(lean.mcpPort(), Map.of("scope", "api"))).getString("error"))
                .isEqualTo("temporarily_unavailable");
    }

    @Test
    void callerWithItsLeanCredentialsIsServed() {
        given().formParam("scope", "api").formParam("client_id", LeanStub.CALLERS_ID)
                .formParam("client_secret", LeanStub.CALLERS_SECRET).post("/v1/oauth2/token").then().statusCode(200);
    }
}
