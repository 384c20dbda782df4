package dev.leantokens.wire;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;

import dev.leantokens.testing.LeanStub;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;

@QuarkusIntegrationTest
@WithTestResource(LeanStub.class)
@TestProfile(ClientSecretBasicIT.ClientSecretBasic.class)
class ClientSecretBasicIT {

    public static class ClientSecretBasic implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("lean.client-authentication", "client-secret-basic");
        }
    }

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    @Test
    void credentialsAreSentInTheHeaderOnly() {
        given().formParam("scope", "api").post("/v1/oauth2/token").then().statusCode(200);

        LoggedRequest request = lean.onlyRequest();
        assertThat(request.getHeader("Authorization"))
                .isEqualTo(basic(LeanStub.CLIENT_ID + ":" + LeanStub.CLIENT_SECRET));
        assertThat(request.getBodyAsString()).isEqualTo("grant_type=client_credentials&scope=api");
    }

    @Test
    void idAndSecretAreFormEncodedBeforeBase64() {
        given().contentType("application/x-www-form-urlencoded")
                .body("scope=api&client_id=" + LeanStub.CALLERS_ID + "&client_secret=a%2Bb%3Ac+d%C3%A9")
                .post("/v1/oauth2/token").then().statusCode(200);

        assertThat(lean.onlyRequest().getHeader("Authorization"))
                .isEqualTo(basic(LeanStub.CALLERS_ID + ":a%2Bb%3Ac+d%C3%A9"));
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
    }
}
