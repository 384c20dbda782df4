package dev.leantokens.skill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;

/** A page of any site may read the skill, also where every caller of the token endpoint needs credentials. */
@QuarkusTest
@WithTestResource(value = LeanStub.class, initArgs = @ResourceArg(name = "access.anonymous", value = "never"))
class SkillCorsTest {

    private static final String SKILLS = "/.well-known/agent-skills";
    private static final String INDEX = SKILLS + "/index.json";

    @ParameterizedTest
    @ValueSource(strings = { INDEX, SKILLS + "/lean-generate-access-token.zip",
            SKILLS + "/lean-generate-access-token/SKILL.md" })
    void pageOfAnySiteReadsTheSkill(String path) {
        for (String origin : new String[] { "https://app.example", "null", "http://localhost:3000" }) {
            for (String method : new String[] { "GET", "HEAD" }) {
                RawHttp.Response response = send(method, path, "Origin: " + origin, "Sec-Fetch-Site: cross-site");

                assertThat(response.status()).as(method + origin).isEqualTo(200);
                assertReadable(response);
            }
        }
    }

    @Test
    void copyIsReadableToo() {
        String tag = send("GET", INDEX).headers().get("ETag");
        RawHttp.Response current = send("GET", INDEX, "Origin: https://app.example", "If-None-Match: " + tag);

        assertThat(current.status()).isEqualTo(304);
        assertReadable(current);
    }

    /** Caches may store it for pages. */
    @Test
    void headersAreTheSameWithoutAnOrigin() {
        assertReadable(send("GET", INDEX));
    }

    @Test
    void preflightAllowsConditionalReading() {
        RawHttp.Response allowed = send("OPTIONS", INDEX, "Origin: https://app.example", "Access-Control-Request-Method: GET",
                "Access-Control-Request-Headers: if-none-match");

        assertThat(allowed.status()).isEqualTo(200);
        assertReadable(allowed);
        assertThat(allowed.headers()).containsEntry("Access-Control-Allow-Methods", "GET, HEAD")
                .containsEntry("Access-Control-Allow-Headers", "If-None-Match").containsEntry("Allow", "GET, HEAD, OPTIONS");
    }

    @Test
    void preflightAllowsNoOtherMethod() {
        for (String origin : new String[] { "https://app.example", "http://localhost:3000" }) {
            RawHttp.Response refused = send("OPTIONS", INDEX, "Origin: " + origin, "Access-Control-Request-Method: POST",
                    "Access-Control-Request-Headers: authorization");

            assertThat(refused.headers()).containsEntry("Access-Control-Allow-Methods", "GET, HEAD")
                    .containsEntry("Access-Control-Allow-Headers", "If-None-Match");
        }
    }

    @Test
    void foreignPageMayOnlyRead() {
        for (String method : new String[] { "POST", "PUT", "DELETE" }) {
            assertThat(send(method, INDEX, "Origin: https://app.example").status()).as(method).isEqualTo(403);
        }
    }

    @Test
    void hostIsChecked() {
        RawHttp.Response rebound = RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, "GET " + INDEX
                + " HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nConnection: close\r\n\r\n");

        assertThat(rebound.status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/", "/q/health", "/q/openapi", "/v1/oauth2/token", SKILLS + "x", SKILLS + "/../../q/health",
            SKILLS + "/%2e%2e/%2e%2e/v1/oauth2/token" })
    void foreignPageReadsNothingElse(String path) {
        for (String method : new String[] { "GET", "POST", "OPTIONS" }) {
            RawHttp.Response response = send(method, path, "Origin: https://app.example");

            assertThat(response.status()).as(method).isIn(403, 404);
            assertThat(response.headers()).doesNotContainKey("Access-Control-Allow-Origin");
        }
    }

    private static void assertReadable(RawHttp.Response response) {
        assertThat(response.headers()).containsEntry("Access-Control-Allow-Origin", "*")
                .containsEntry("Access-Control-Expose-Headers", "ETag")
                .doesNotContainKeys("Access-Control-Allow-Credentials", "Vary");
    }

    private static RawHttp.Response send(String method, String path, String... headers) {
        return RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n") + "Connection: close\r\n\r\n");
    }
}
