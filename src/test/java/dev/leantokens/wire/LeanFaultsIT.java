package dev.leantokens.wire;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static dev.leantokens.testing.LeanStub.json;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.TokenResponses;
import io.quarkiverse.mcp.server.ToolResponse;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;

/** Both adapters report each failure of Lean at once, with the same error. */
@QuarkusIntegrationTest
@WithTestResource(LeanStub.class)
class LeanFaultsIT {

    private static final String TOKEN_RESPONSE = TokenResponses.json("api");

    LeanStub lean;

    private boolean callersOwn;
    private String callersId;

    @BeforeEach
    void reset() {
        lean.reset();
        callersOwn = false;
        callersId = LeanStub.CALLERS_ID;
    }

    @AfterEach
    void theNextRequestIsServed() {
        lean.reset();
        callersOwn = false;
        assertThat(rest().statusCode()).isEqualTo(200);
        assertThat(mcp().isError()).isFalse();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', value = {
            "400 | {\"error\":\"invalid_scope\",\"error_description\":\"no such customer\"}",
            "400 | {\"error\":\"invalid_request\"}",
            "422 | {\"error\":\"something_new\",\"error_uri\":\"https://example.com/x\"}",
    })
    void refusedRequestIsForwardedUnchanged(int status, String body) {
        lean.answers(status, body);

        assertThat(error(status)).isEqualTo(new JsonObject(body));
    }

    @Test
    void refusalOfCallerCredentialsIsForwardedUnchanged() {
        callersOwn = true;
        lean.answers(401, "{\"error\":\"invalid_client\"}");

        assertThat(error(401)).isEqualTo(new JsonObject("{\"error\":\"invalid_client\"}"));
        assertThat(rest().getHeader("WWW-Authenticate")).startsWith("Basic ");
    }

    @Test
    void refusalOfCallerCredentialsWithoutABodyIsInvalidClient() {
        callersOwn = true;
        lean.answers(aResponse().withStatus(401));

        assertError(401, "invalid_client");
    }

    @ParameterizedTest
    @CsvSource({ "401, '{\"error\":\"invalid_client\"}'", "400, '{\"error\":\"invalid_client\"}'", "401, ''" })
    void refusalOfTheServiceCredentialsIsAServerError(int status, String body) {
        lean.answers(status, body);

        assertError(502, "server_error");
        assertThat(error(502).getString("error_description")).contains("another environment", "LEAN_URL is set")
                .doesNotContain(lean.url(), LeanStub.CLIENT_ID);
    }

    @Test
    void scopeThatLeanRefusesTheServiceIsAServerError() {
        lean.answers(400, "{\"error\":\"unauthorized_client\"}");

        assertError(502, "server_error");
        assertThat(error(502).getString("error_description")).contains("does not allow it to request this scope");
    }

    static Stream<Arguments> nonsense() {
        return Stream.of(
                arguments("HTML", html(200)),
                arguments("an empty body", aResponse().withStatus(200)),
                arguments("null", json(200, "null")),
                arguments("an array", json(200, "[]")),
                arguments("no access_token", json(200, "{\"token_type\":\"Bearer\"}")),
                arguments("a truncated object", json(200, TOKEN_RESPONSE.substring(0, 40))),
                arguments("what is not gzip, called gzip", json(200, TOKEN_RESPONSE).withHeader("Content-Encoding", "gzip")),
                arguments("10 MB",
                        json(200, "{\"access_token\":\"" + "x".repeat(10_000_000) + "\",\"token_type\":\"Bearer\"}")),
                arguments("10 MB with an error", json(400, "x".repeat(10_000_000))),
                arguments("10 MB in chunks", json(200, "x".repeat(10_000_000)).withChunkedDribbleDelay(10, 100)),
                arguments("10 MB in 10 KB of gzip", compressed("x".repeat(10_000_000))),
                arguments("a redirect", aResponse().withStatus(302).withHeader("Location", "/elsewhere")),
                arguments("no content", aResponse().withStatus(204)),
                arguments("forbidden", html(403)),
                arguments("forbidden in JSON", json(403, "{\"error\":\"access_denied\"}")),
                arguments("not found", html(404)),
                arguments("not found as in RFC 6749", json(404, "{\"error\":\"invalid_request\"}")),
                arguments("another method as in RFC 6749", json(405, "{\"error\":\"invalid_request\"}")),
                arguments("another media type as in RFC 6749", json(415, "{\"error\":\"invalid_request\"}")),
                arguments("an error whose description is a number",
                        json(400, "{\"error\":\"invalid_scope\",\"error_description\":7}")),
                arguments("bad request in HTML", html(400)),
                arguments("an error of Lean's other APIs", json(400, "{\"code\":\"X\",\"message\":\"m\",\"status\":\"S\"}")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nonsense")
    void unusableResponseIsAServerError(String name, ResponseDefinitionBuilder answer) {
        lean.answers(answer);

        assertError(502, "server_error");
    }

    @ParameterizedTest
    @ValueSource(strings = { "customer.1", "API", "api customer.1", "" })
    void tokenForAnotherScopeIsAServerError(String scope) {
        lean.answers(200, TokenResponses.json(scope));
        assertError(502, "server_error");

        callersOwn = true;
        assertError(502, "server_error");
    }

    @Test
    void redirectIsNotFollowed() {
        lean.answers(aResponse().withStatus(307).withHeader("Location", lean.url() + "/elsewhere"));

        assertError(502, "server_error");
        assertThat(lean.requestsOf("/elsewhere")).isZero();
    }

    @ParameterizedTest
    @CsvSource({ "500", "501", "502", "503", "504" })
    void serverErrorOfLeanIsTemporary(int status) {
        lean.answers(html(status));

        assertError(503, "temporarily_unavailable");
        assertThat(rest().getHeader("Retry-After")).isEqualTo("5");
    }

    @ParameterizedTest
    @CsvSource({ "408", "421", "425" })
    void statusAboutTheConnectionIsTemporary(int status) {
        callersOwn = true;
        lean.answers(status, "{\"error\":\"invalid_client\"}");

        assertError(503, "temporarily_unavailable");
    }

    @Test
    void refusalIsForwardedWithoutNullMembers() {
        lean.answers(400, "{\"error\":\"invalid_scope\",\"error_description\":null}");

        assertThat(error(400)).isEqualTo(new JsonObject("{\"error\":\"invalid_scope\"}"));
    }

    @Test
    void throttlingIsForwardedWithRetryAfter() {
        callersOwn = true;
        // No calls follow for a client that Lean throttles.
        callersId = UUID.randomUUID().toString();
        lean.answers(json(429, "{}").withHeader("Retry-After", "7"));

        assertError(429, "temporarily_unavailable");
        assertThat(rest().getHeader("Retry-After")).isEqualTo("7");
    }

    @Test
    void hangEndsInATimeout() {
        lean.answers(json(200, TOKEN_RESPONSE).withFixedDelay((int) (LeanStub.REQUEST_TIMEOUT_MILLIS * 3)));

        assertError(504, "temporarily_unavailable");
    }

    @Test
    void slowResponseEndsInATimeout() {
        lean.answers(json(200, TOKEN_RESPONSE).withChunkedDribbleDelay(100, (int) (LeanStub.REQUEST_TIMEOUT_MILLIS * 10)));

        assertError(504, "temporarily_unavailable");
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void brokenConnectionIsLoggedWithoutAStackTrace(Fault fault) {
        lean.breaks(fault);

        Response response = rest();

        // Random data may look like the start of an HTTP response.
        assertThat(response.statusCode()).isIn(502, 503);
        assertThat(response.jsonPath().getString("error")).isIn("server_error", "temporarily_unavailable");
        assertThat(McpCalls.textOf(mcp()).getString("error")).isIn("server_error", "temporarily_unavailable");
    }

    @Test
    void unreachableLeanIsTemporary() {
        lean.whileAway(() -> {
            assertError(503, "temporarily_unavailable");
            assertThat(rest().getHeader("Retry-After")).isEqualTo("5");
        });
    }

    @Test
    void encodedResponseIsNotDecoded() {
        lean.answers(compressed(TOKEN_RESPONSE));

        assertError(502, "server_error");
        assertThat(lean.requests().get(0).getHeader("Accept-Encoding")).isEqualTo("identity");
    }

    @Test
    void tokenWithoutALifetimeIsForwarded() {
        lean.answers(200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\"}");

        assertThat(rest().asString()).isEqualTo("{\"access_token\":\"a\",\"token_type\":\"Bearer\"}");
        assertThat(McpCalls.textOf(mcp())).isEqualTo(new JsonObject("{\"access_token\":\"a\",\"token_type\":\"Bearer\"}"));
    }

    private void assertError(int status, String error) {
        JsonObject body = error(status);

        assertThat(body.getString("error")).isEqualTo(error);
        assertThat(body.getString("error_description")).isNotBlank().doesNotContain("<", LeanStub.CLIENT_SECRET);
        assertThat(body.fieldNames()).hasSize(2);
    }

    /** @return the error response, which is the same for both adapters */
    private JsonObject error(int status) {
        Response response = rest();
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(status);
        assertThat(response.contentType()).isEqualTo("application/json");
        JsonObject error = new JsonObject(response.asString());

        ToolResponse result = mcp();
        assertThat(result.isError()).isTrue();
        assertThat(result.structuredContent()).isNull();
        assertThat(McpCalls.textOf(result)).isEqualTo(error);
        return error;
    }

    private Response rest() {
        return given().contentType("application/json").body(new JsonObject(request()).encode()).post("/v1/oauth2/token");
    }

    private ToolResponse mcp() {
        return McpCalls.call(lean.mcpPort(), request());
    }

    private Map<String, Object> request() {
        return callersOwn
                ? Map.of("scope", "api", "client_id", callersId, "client_secret", LeanStub.CALLERS_SECRET)
                : Map.of("scope", "api");
    }

    private static ResponseDefinitionBuilder html(int status) {
        return aResponse().withStatus(status).withHeader("Content-Type", "text/html").withBody("<html><h1>Oops</h1></html>");
    }

    private static ResponseDefinitionBuilder compressed(String body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return aResponse().withStatus(200).withHeader("Content-Type", "application/json")
                .withHeader("Content-Encoding", "gzip").withBody(bytes.toByteArray());
    }
}
