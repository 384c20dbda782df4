package dev.leantokens.standin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;

import java.util.Map;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;

import dev.leantokens.lean.LeanAccount;
import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.McpCalls;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;

/** Development without credentials, as the README and the tutorial show it. */
@QuarkusTest
@TestProfile(DevelopmentTest.Development.class)
class DevelopmentTest {

    public static class Development implements QuarkusTestProfile {

        private static final String MCP_PORT = Integer.toString(FreePorts.next());

        @Override
        public String getConfigProfile() {
            return "dev";
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("mcp.port", MCP_PORT);
        }
    }

    @Inject
    LeanAccount account;

    @Test
    void bothAdaptersIssueTokensOfTheStandIn() {
        given().contentType("application/json").body("{\"scope\":\"api\"}").post("/v1/oauth2/token").then()
                .statusCode(200).body("access_token", matchesPattern("[\\w-]+\\.[\\w-]+\\.[\\w-]+"));
        assertThat(McpCalls.textOf(McpCalls.call(Integer.parseInt(Development.MCP_PORT), Map.of("scope", "customer.42")))
                .getString("scope")).isEqualTo("customer.42");
        assertThat(account.url().getHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void standInAcceptsItsCredentialsAndRefusesAWrongSecret() {
        given().auth().preemptive().basic("5a1d0000-0000-4000-8000-000000000001", "stand-in-secret")
                .formParam("grant_type", "client_credentials").formParam("scope", "api").post("/v1/oauth2/token").then()
                .statusCode(200);
        given().auth().preemptive().basic("5a1d0000-0000-4000-8000-000000000001", "wrong")
                .formParam("scope", "api").post("/v1/oauth2/token").then()
                .statusCode(401).body("error", equalTo("invalid_client"));
    }

    @Test
    void swaggerUiOmitsEmptyFieldsAndPreventsTheBrowsersPasswordDialog() {
        assertThat(given().get("/q/swagger-ui/start.js").asString()).contains("ParameterIncludeEmpty", "credentials: 'omit'");
        assertThat(given().get("/q/swagger-ui/swagger-ui-bundle.js").asString().contains("class ParameterIncludeEmpty"))
                .as("the component's name").isTrue();
    }

    @Test
    void startPageLinksToSwaggerUiAndWarnsOfTheTokens() {
        given().get("/").then().statusCode(200).body("swagger_ui", equalTo("/q/swagger-ui"))
                .body("warning", equalTo("Tokens come from a stand-in for Lean and are worthless."));
        given().accept("text/html").get("/").then().statusCode(200).body(containsString("href=\"/q/swagger-ui\""))
                .body(containsString("Tokens come from a stand-in for Lean and are worthless."));
        given().get("/q/swagger-ui").then().statusCode(200);
    }

    @Test
    void serviceIsReady() {
        given().get("/q/health/ready").then().statusCode(200);
        given().get("/q/health/group/lean").then().statusCode(200);
    }
}
