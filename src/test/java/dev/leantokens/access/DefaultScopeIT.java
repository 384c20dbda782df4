package dev.leantokens.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.TokenResponses;
import io.quarkiverse.mcp.server.test.McpAssured.McpStreamableTestClient;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;

/** A request without a scope gets its client's default scope, or an error that lists the scopes of the client. */
@QuarkusIntegrationTest
@WithTestResource(LeanStub.class)
@TestProfile(DefaultScopeIT.LocalClientsOnly.class)
class DefaultScopeIT {

    private static final String PATH = "/v1/oauth2/token";
    private static final String SECRET = "secret-of-payments-0123";
    private static final String SECRET_OF_AGENTS = "secret-of-agents-0123";

    public static class LocalClientsOnly implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("access.anonymous", "never", "access.clients.payments.secret", SECRET,
                    "access.clients.payments.scopes", "api,customer.*",
                    "access.clients.payments.default-scope", "customer.7",
                    "access.clients.agents.secret", SECRET_OF_AGENTS, "access.clients.agents.scopes", "customer.*");
        }
    }

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    /** An OAuth client library that knows only the URL, the id and the secret sends no scope. */
    @Test
    void clientWithADefaultScopeMayOmitTheScope() {
        lean.answers(200, TokenResponses.json("customer.7"));

        given().auth().preemptive().basic("payments", SECRET).formParam("grant_type", "client_credentials").post(PATH).then()
                .statusCode(200).body("scope", equalTo("customer.7"));
        given().formParam("grant_type", "client_credentials").formParam("client_id", "payments")
                .formParam("client_secret", SECRET).post(PATH).then().statusCode(200);
        given().contentType("application/json").header("Authorization", "Bearer " + SECRET).body("{\"scope\":\"\"}").post(PATH)
                .then().statusCode(200);
        try (McpStreamableTestClient client = connect(SECRET)) {
            for (Map<String, Object> arguments : List.<Map<String, Object>> of(Map.of("body", Map.of()), Map.of())) {
                assertThat(McpCalls.call(client, arguments).isError()).isFalse();
            }
        }
        assertThat(lean.requests()).hasSize(5)
                .allMatch(request -> request.formParameter("scope").firstValue().equals("customer.7"));
    }

    @Test
    void defaultScopeDoesNotReplaceAMisplacedScope() {
        try (McpStreamableTestClient client = connect(SECRET)) {
            assertThat(McpCalls.textOf(McpCalls.call(client, Map.of("scope", "api"))).getString("error"))
                    .isEqualTo("invalid_request");
        }
        assertThat(lean.requests()).isEmpty();
    }

    @Test
    void missingOrForbiddenScopeIsAnsweredWithTheAllowedOnes() {
        String allowed = "request customer.*, where * stands for an id";

        for (String body : List.of("", "&scope=api")) {
            given().contentType("application/x-www-form-urlencoded")
                    .body("client_id=agents&client_secret=" + SECRET_OF_AGENTS + body).post(PATH).then().statusCode(400)
                    .header("Cache-Control", "no-store").body("error", equalTo("invalid_scope"))
                    .body("error_description", endsWith(allowed));
        }
        try (McpStreamableTestClient client = connect(SECRET_OF_AGENTS)) {
            for (Map<String, Object> body : List.<Map<String, Object>> of(Map.of(), Map.of("scope", "api"))) {
                JsonObject error = McpCalls.textOf(McpCalls.call(client, Map.of("body", body)));
                assertThat(error.getString("error")).isEqualTo("invalid_scope");
                assertThat(error.getString("error_description")).endsWith(allowed);
            }
        }
        assertThat(lean.requests()).isEmpty();
    }

    private McpStreamableTestClient connect(String secret) {
        return McpCalls.connect(lean.mcpPort(),
                MultiMap.caseInsensitiveMultiMap().add("Authorization", "Bearer " + secret));
    }
}
