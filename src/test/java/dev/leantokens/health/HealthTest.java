package dev.leantokens.health;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@WithTestResource(LeanStub.class)
class HealthTest {

    LeanStub lean;

    @ParameterizedTest
    @ValueSource(strings = { "/q/health", "/q/health/live", "/q/health/ready", "/q/health/started" })
    void workingServiceIsUpForEveryProbe(String probe) {
        given().get(probe).then().statusCode(200).body("status", equalTo("UP"));
    }

    @Test
    void readinessChecksListenersAndCredentials() {
        given().get("/q/health/ready").then()
                .body("checks.name", containsInAnyOrder("listeners", "lean-credentials", "Graceful Shutdown"))
                .body("checks.find { it.name == 'listeners' }.data.mcp", equalTo("listening"))
                .body("checks.find { it.name == 'lean-credentials' }.data.service", equalTo("configured"));
    }

    @Test
    void noProbeCallsLean() {
        lean.reset();

        for (String probe : new String[] { "", "/live", "/ready", "/started" }) {
            given().get("/q/health" + probe).then().statusCode(200);
        }

        assertThat(lean.requests()).isEmpty();
        assertThat(lean.requestsOf("/.well-known/oauth-authorization-server")).isZero();
    }

    @Test
    void reachabilityOfLeanIsASeparateGroupAndIsCached() {
        lean.reset();

        for (int i = 0; i < 5; i++) {
            given().get("/q/health/group/lean").then()
                    .statusCode(200).body("checks.find { it.name == 'lean' }.status", equalTo("UP"))
                    .body("checks.find { it.name == 'lean' }.data.reason", containsString("200"));
        }

        assertThat(lean.requestsOf("/.well-known/oauth-authorization-server")).isLessThanOrEqualTo(1);
        assertThat(lean.requests()).isEmpty();
    }

    @Test
    void storeThatIsNotConfiguredIsUp() {
        given().get("/q/health/group/store").then().statusCode(200)
                .body("checks.find { it.name == 'store' }.data.redis", equalTo("not configured"));
    }

    @Test
    void issuersThatAreNotConfiguredAreUp() {
        given().get("/q/health/group/issuers").then().statusCode(200)
                .body("checks.find { it.name == 'issuers' }.data.issuers", equalTo("not configured"));
    }

    /** SmallRye Health reports an unknown group as up. */
    @ParameterizedTest
    @ValueSource(strings = { "/q/health/group/lena", "/q/health/group", "/q/health/well", "/q/health/lively", "/q/health/",
            "/q/metrics/nothing" })
    void unknownPathIsNotUp(String path) {
        given().get(path).then().statusCode(404).body("error", equalTo("invalid_request"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "/q/health", "/q/health/ready", "/q/health/group/lean", "/q/health/group/store",
            "/q/health/group/issuers", "/q/metrics" })
    void managementEndpointsAreReadOnly(String path) {
        given().post(path).then().statusCode(405).header("Allow", "GET, HEAD, OPTIONS").body("error",
                equalTo("invalid_request"));
    }

    @Test
    void healthHasNoSecret() {
        assertThat(given().get("/q/health").asString()).doesNotContain(LeanStub.CLIENT_ID, LeanStub.CLIENT_SECRET);
    }
}
