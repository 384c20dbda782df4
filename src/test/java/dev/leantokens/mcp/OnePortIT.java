package dev.leantokens.mcp;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;

/** Both adapters share the main port on platforms that route only one port. */
@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = @ResourceArg(name = LeanStub.WITHOUT_MCP_PORT, value = ""))
@TestProfile(OnePortIT.OnePort.class)
class OnePortIT {

    public static class OnePort implements QuarkusTestProfile {

        /** Shared by all instances of the profile. */
        private static final String PORT = Integer.toString(FreePorts.next());

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.http.port", PORT, "quarkus.http.test-port", PORT, "mcp.port", PORT);
        }
    }

    @Test
    void bothAdaptersAreServedOnTheSamePort() {
        given().formParam("scope", "api").post("/v1/oauth2/token").then().statusCode(200);
        assertThat(McpCalls.call(RestAssured.port, Map.of("scope", "api")).isError()).isFalse();
        given().get("/q/health/ready").then().statusCode(200);
        given().get("/").then().statusCode(200).body("mcp_endpoint", equalTo("/mcp"));
        given().get("/nothing").then().statusCode(404);
    }
}
