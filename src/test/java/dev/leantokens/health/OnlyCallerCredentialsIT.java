package dev.leantokens.health;

import static io.restassured.RestAssured.given;

import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LeanStub;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;

@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = @ResourceArg(name = LeanStub.WITHOUT_CREDENTIALS, value = ""))
@TestProfile(OnlyCallerCredentialsIT.Never.class)
class OnlyCallerCredentialsIT {

    public static class Never implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("access.anonymous", "never");
        }
    }

    @Test
    void serviceThatOnlyPassesOnCallersCredentialsIsReady() {
        given().get("/q/health/ready").then().statusCode(200);
    }
}
