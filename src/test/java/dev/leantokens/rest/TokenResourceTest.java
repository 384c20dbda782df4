package dev.leantokens.rest;

import static dev.leantokens.testing.LeanStub.CALLERS_ID;
import static dev.leantokens.testing.LeanStub.CALLERS_SECRET;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.aMapWithSize;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;

import dev.leantokens.testing.Http2Client;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;

@QuarkusTest
@WithTestResource(LeanStub.class)
class TokenResourceTest {

    private static final String PATH = "/v1/oauth2/token";

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    @Test
    void jsonObjectIsAnsweredWithLeansToken() {
        lean.answers(200,
                "{\"access_token\":\"a.b.c\",\"scope\":\"api\",\"token_type\":\"Bearer\",\"expires_in\":3599,\"x\":{\"y\":1}}");

        Response response = json("{\"scope\":\"api\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.asString()).isEqualTo(
                "{\"access_token\":\"a.b.c\",\"scope\":\"api\",\"token_type\":\"Bearer\",\"expires_in\":3599,\"x\":{\"y\":1}}");
        response.then()
                .contentType(ContentType.JSON)
                .header("Cache-Control", "no-store")
                .header("Pragma", "no-cache")
                .header("WWW-Authenticate", nullValue());
        LoggedRequest request = lean.onlyRequest();
        assertThat(request.formParameter("client_id").firstValue()).isEqualTo(LeanStub.CLIENT_ID);
        assertThat(request.formParameter("client_secret").firstValue()).isEqualTo(LeanStub.CLIENT_SECRET);
        assertThat(request.formParameter("grant_type").firstValue()).isEqualTo("client_credentials");
        assertThat(request.formParameter("scope").firstValue()).isEqualTo("api");
        assertThat(request.getFormParameters()).hasSize(4);
        assertThat(request.contentTypeHeader().mimeTypePart()).isEqualTo("application/x-www-form-urlencoded");
        assertThat(request.getHeader("Accept")).isEqualTo("application/json");
        assertThat(request.containsHeader("Authorization")).isFalse();
    }

    /** As curl sends JSON without a header: "scope is missing" would be true and of no help. */
    @Test
    void jsonDeclaredAsAFormGetsAnExplanation() {
        form("{\"scope\":\"api\"}").then().statusCode(400).body("error", equalTo("invalid_request"))
                .body("error_description", containsString("application/json"));
        form("{&scope=api").then().statusCode(200);
    }

    @Test
    void formIsAnsweredLikeJson() {
        form("grant_type=client_credentials&scope=customer.1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed").then()
                .statusCode(200).body("access_token", equalTo(LeanStub.TOKEN));

        assertThat(lean.onlyRequest().formParameter("scope").firstValue())
                .isEqualTo("customer.1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed");
    }

    @ParameterizedTest
    @ValueSource(strings = { "application/json", "application/json;charset=UTF-8", "APPLICATION/JSON",
            "application/json; x=y" })
    void contentTypeMayHaveParameters(String contentType) {
        assertThat(post(contentType, "{\"scope\":\"api\"}").status()).isEqualTo(200);
    }

    @Test
    void unknownMemberIsIgnored() {
        json("{\"scope\":\"api\",\"audience\":[{\"scope\":\"x\"}],\"audience\":null}").then().statusCode(200);
        form("scope=api&audience=1&audience=2&resource").then().statusCode(200);
    }

    @Test
    void credentialsInTheBodyAreSentToLean() {
        json("{\"scope\":\"api\",\"client_id\":\"%s\",\"client_secret\":\"%s\"}".formatted(CALLERS_ID, CALLERS_SECRET)).then()
                .statusCode(200);

        assertCallersCredentialsSent();
    }

    @Test
    void basicCredentialsAreSentToLean() {
        basic(CALLERS_ID, CALLERS_SECRET).formParam("scope", "api").post(PATH).then().statusCode(200);

        assertCallersCredentialsSent();
    }

    @Test
    void basicCredentialsAreFormDecoded() {
        basic(CALLERS_ID.replace("-", "%2D"), "a%2Bb%3Ac+d").formParam("scope", "api").post(PATH).then().statusCode(200);

        assertThat(lean.onlyRequest().formParameter("client_id").firstValue()).isEqualTo(CALLERS_ID);
        assertThat(lean.onlyRequest().formParameter("client_secret").firstValue()).isEqualTo("a+b:c d");
    }

    @Test
    void sameClientIdBesideBasicIsTolerated() {
        basic(CALLERS_ID, CALLERS_SECRET).formParam("scope", "api").formParam("client_id", CALLERS_ID).post(PATH).then()
                .statusCode(200);

        assertCallersCredentialsSent();
    }

    @Test
    void credentialsInTwoPlacesAreInvalidRequest() {
        basic(CALLERS_ID, CALLERS_SECRET).formParam("scope", "api").formParam("client_id", CALLERS_ID)
                .formParam("client_secret", CALLERS_SECRET).post(PATH).then()
                .statusCode(400).body("error", equalTo("invalid_request"));

        assertThat(lean.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "                                              | 400 | invalid_request",
            "{                                             | 400 | invalid_request",
            "{\"scope\"                                    | 400 | invalid_request",
            "{\"scope\":\"api\"                            | 400 | invalid_request",
            "{\"scope\":\"api\"}}                          | 400 | invalid_request",
            "{\"scope\":\"api\"} {}                        | 400 | invalid_request",
            "{\"scope\":\"api\",}                          | 400 | invalid_request",
            "{'scope':'api'}                               | 400 | invalid_request",
            "[]                                            | 400 | invalid_request",
            "[{\"scope\":\"api\"}]                         | 400 | invalid_request",
            "null                                          | 400 | invalid_request",
            "\"api\"                                       | 400 | invalid_request",
            "42                                            | 400 | invalid_request",
            "scope=api                                     | 400 | invalid_request",
            "{}                                            | 400 | invalid_scope",
            "{\"scope\":null}                              | 400 | invalid_scope",
            "{\"scope\":\"\"}                              | 400 | invalid_scope",
            "{\"scope\":7}                                 | 400 | invalid_request",
            "{\"scope\":[\"api\"]}                         | 400 | invalid_request",
            "{\"scope\":\"api\",\"scope\":\"api\"}         | 400 | invalid_request",
            "{\"scope\":\"api\",\"client_id\":\"x\"}       | 400 | invalid_request",
            "{\"scope\":\"api customer.1\"}                | 400 | invalid_scope",
            "{\"scope\":\"payments\"}                      | 400 | invalid_scope",
            "{\"scope\":\"customer.\"}                     | 400 | invalid_scope",
            "{\"scope\":\"customer.../..\"}                | 400 | invalid_scope",
            "{\"scope\":\"api\",\"grant_type\":\"password\"} | 400 | unsupported_grant_type",
            "{\"scope\":\"api\",\"client_id\":\"payments\",\"client_secret\":\"s\"} | 401 | invalid_client",
    })
    void invalidJsonIsRefusedByAnErrorResponse(String body, int status, String error) {
        Response response = json(body == null ? "" : body);

        response.then().statusCode(status).contentType(ContentType.JSON)
                .body("$", aMapWithSize(2)).body("error", equalTo(error)).body("error_description", startsWith(""))
                .header("Cache-Control", "no-store");
        assertThat(lean.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "''                                         | 400 | invalid_scope",
            "&&                                         | 400 | invalid_scope",
            "scope                                      | 400 | invalid_scope",
            "scope=                                     | 400 | invalid_scope",
            "scope=api&scope=api                        | 400 | invalid_request",
            "scope=%zz                                  | 400 | invalid_request",
            "scope=api&client_secret=x                  | 400 | invalid_request",
            "scope=api+customer.1                       | 400 | invalid_scope",
            "scope=api;grant_type=client_credentials    | 400 | invalid_scope",
            "scope=%00                                  | 400 | invalid_scope",
            "scope=%FF%FE                               | 400 | invalid_request",
            "scope=api&client_id=a&client_secret=%FF    | 400 | invalid_request",
            "scope=api&grant_type=authorization_code    | 400 | unsupported_grant_type",
            "scope=api&client_id=x&client_secret=y      | 401 | invalid_client",
            "{\"scope\":\"api\"}                        | 400 | invalid_request",
    })
    void invalidFormIsRefusedByAnErrorResponse(String body, int status, String error) {
        form(body).then().statusCode(status).contentType(ContentType.JSON)
                .body("$", aMapWithSize(2)).body("error", equalTo(error));
        assertThat(lean.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
            "Bearer abc,                401, invalid_client",
            "Digest username=x,         401, invalid_client",
            "Basic,                     400, invalid_request",
            "Basic !,                   400, invalid_request",
            "Basic cGF5bWVudHM6eA==,    401, invalid_client",
    })
    void wrongAuthorizationHeaderIsRefused(String header, int status, String error) {
        Response response = given().header("Authorization", header).formParam("scope", "api").post(PATH);

        response.then().statusCode(status).body("error", equalTo(error));
        assertThat(response.getHeader("WWW-Authenticate") != null).isEqualTo(status == 401);
        assertThat(lean.requests()).isEmpty();
    }

    @Test
    void unauthorizedResponseNamesAuthenticationSchemes() {
        basic("payments", "secret").formParam("scope", "api").post(PATH).then()
                .statusCode(401)
                .header("WWW-Authenticate", "Basic realm=\"lean-authentication-tokens\", charset=\"UTF-8\", "
                        + "Bearer realm=\"lean-authentication-tokens\"");
    }

    @ParameterizedTest
    @ValueSource(strings = { "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jsonx",
            "application/*", "json", "/", ";" })
    void otherMediaTypeIsUnsupported(String contentType) {
        RawHttp.Response response = post(contentType, "{\"scope\":\"api\"}");

        assertError(response, 415, "invalid_request");
    }

    @Test
    void bodyWithoutMediaTypeIsUnsupported() {
        RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, "POST " + PATH
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nConnection: close\r\n\r\nscope=api");

        assertError(response, 415, "invalid_request");
    }

    /** The header distinguishes an unsupported coding from an unsupported media type (RFC 9110 §12.5.3). */
    @ParameterizedTest
    @ValueSource(strings = { "gzip", "BR", "zstd", "aes128gcm", "identity, gzip", "identity\r\nContent-Encoding: deflate" })
    void encodedBodyIsUnsupported(String coding) {
        RawHttp.Response response = coded(coding);

        assertError(response, 415, "invalid_request");
        assertThat(response.headers()).containsEntry("Accept-Encoding", "identity").containsEntry("Cache-Control", "no-store");
        assertThat(lean.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "identity", "Identity , identity", "," })
    void bodyWithoutContentCodingIsRead(String coding) {
        assertThat(coded(coding).status()).isEqualTo(200);
    }

    @Test
    void otherMediaTypeIsNotReportedAsAContentCoding() {
        assertThat(post("text/plain", "scope=api").headers()).doesNotContainKey("Accept-Encoding");
    }

    /** The end of such a request is unknown, so nothing may be read after it (RFC 9112 §6.1). */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "gzip", "gzip, chunked", "chunked, gzip", "xchunked", "identity",
            "chunked, chunked" })
    void transferCodingOtherThanChunkedIsRefusedAndEndsTheConnection(String coding) {
        String body = coding.endsWith(", chunked") ? "1\r\nx\r\n0\r\n\r\n" : "";
        String next = "POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: 9\r\n\r\nscope=api";
        for (String request : List.of("POST " + PATH, "GET /q/health/live", "POST /nowhere")) {
            RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, request + " HTTP/1.1\r\n"
                    + "Host: localhost\r\nTransfer-Encoding: " + coding + "\r\n\r\n" + body + next);

            assertThat(response.status()).as(request).isEqualTo(400);
            assertThat(response.body()).doesNotContain("HTTP/1");
        }
        assertThat(lean.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "GET", "PUT", "DELETE", "PATCH" })
    void otherMethodIsNotAllowed(String method) {
        given().request(method, PATH).then()
                .statusCode(405).contentType(ContentType.JSON).body("error", equalTo("invalid_request"))
                .header("Allow", "POST, OPTIONS");
    }

    @ParameterizedTest
    @ValueSource(strings = { "/v1", "/v1/oauth2", "/v1/oauth2/token/x", "/oauth2/token", "/q/nothing", "/index.html",
            "/dev/leantokens", "/v1/oauth2/token;x=1/.." })
    void otherPathIsNotFound(String path) {
        given().header("Accept", "text/html").urlEncodingEnabled(false).get(path).then()
                .statusCode(404).contentType(ContentType.JSON).body("error", equalTo("invalid_request"));
    }

    @Test
    void bodyUpToTheLimitIsRead() {
        String filler = "x".repeat(16 * 1024 - "{\"scope\":\"api\",\"x\":\"\"}".length());

        RawHttp.Response largest = post("application/json", "{\"scope\":\"api\",\"x\":\"" + filler + "\"}");
        assertThat(largest.status()).as(largest.body()).isEqualTo(200);
        assertError(post("application/json", "{\"scope\":\"api\",\"x\":\"" + filler + "x\"}"), 413, "invalid_request");
    }

    @Test
    void bodyInSeveralPiecesIsReadWhole() {
        StringBuilder chunks = new StringBuilder();
        for (String piece : List.of("{\"sc", "op", "e\":", "\"api\"}")) {
            chunks.append(piece.length()).append("\r\n").append(piece).append("\r\n");
        }

        assertThat(RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, "POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks
                + "0\r\n\r\n").status()).isEqualTo(200);
        assertThat(lean.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "application/json", "application/x-www-form-urlencoded" })
    void largeBodyIsRefusedWhetherItsSizeIsDeclaredOrNot(String contentType) {
        String chunk = "x".repeat(1000);
        StringBuilder chunks = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            chunks.append("3e8\r\n").append(chunk).append("\r\n");
        }
        String head = "POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + contentType + "\r\n";

        assertError(post(contentType, chunk.repeat(200)), 413, "invalid_request");
        assertError(RawHttp.send(RawHttp.LOOPBACK, RestAssured.port,
                head + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks + "0\r\n\r\n"), 413,
                "invalid_request");
        assertThat(lean.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
            "application/json,                  {\"scope\":\"api\"}, 200",
            "application/x-www-form-urlencoded, scope=api,         200",
            "application/json,                  {\"scope\":,       400",
            "text/plain,                        scope=api,         415",
    })
    void http2IsServedAlike(String contentType, String body, int status) {
        try (Http2Client client = new Http2Client()) {
            Http2Client.Response response = client.post(PATH, contentType, Buffer.buffer(body));

            assertThat(response.version()).isEqualTo(HttpVersion.HTTP_2);
            assertThat(response.status()).as(response.body()).isEqualTo(status);
        }
    }

    @Test
    void largeBodyIsRefusedOverHttp2WhetherItsSizeIsDeclaredOrNot() {
        Buffer large = Buffer.buffer(new byte[40_000]);
        try (Http2Client client = new Http2Client()) {
            assertThat(client.post(PATH, "application/json", large).status()).isEqualTo(413);
            assertThat(client.postWithoutSize(PATH, "application/json", large).status()).isEqualTo(413);
        }
    }

    @Test
    void callerThatExpectsContinueGetsIt() {
        String body = "scope=api";

        assertThat(RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, "POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + body.length() + "\r\n"
                + "Expect: 100-continue\r\nConnection: close\r\n\r\n" + body).status()).isEqualTo(100);
        assertThat(RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, "POST " + PATH + " HTTP/1.0\r\nHost: localhost\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + body.length() + "\r\n"
                + "Expect: 100-continue\r\n\r\n" + body).status()).isEqualTo(200);
        assertThat(lean.requests()).hasSize(2);
    }

    @Test
    void manyUnknownParametersAreIgnored() {
        form("x=1&".repeat(1000) + "scope=api").then().statusCode(200);
    }

    @Test
    void responseIsJsonWhateverTheCallerAccepts() {
        given().header("Accept", "text/html").formParam("scope", "api").post(PATH).then()
                .statusCode(200).contentType(ContentType.JSON);
    }

    private void assertCallersCredentialsSent() {
        assertThat(lean.onlyRequest().formParameter("client_id").firstValue()).isEqualTo(CALLERS_ID);
        assertThat(lean.onlyRequest().formParameter("client_secret").firstValue()).isEqualTo(CALLERS_SECRET);
    }

    private static void assertError(RawHttp.Response response, int status, String error) {
        assertThat(response.status()).as(response.body()).isEqualTo(status);
        assertThat(response.headers()).containsEntry("Content-Type", "application/json");
        assertThat(response.body()).startsWith("{\"error\":\"" + error + "\",\"error_description\":\"");
    }

    private static Response json(String body) {
        return given().contentType(ContentType.JSON).body(body).post(PATH);
    }

    private static Response form(String body) {
        return given().contentType("application/x-www-form-urlencoded").body(body).post(PATH);
    }

    private static RawHttp.Response post(String contentType, String body) {
        return RawHttp.post(RawHttp.LOOPBACK, RestAssured.port, PATH, contentType, body);
    }

    private static RawHttp.Response coded(String coding) {
        return RawHttp.post(RawHttp.LOOPBACK, RestAssured.port, PATH, "application/json", "{\"scope\":\"api\"}",
                "Content-Encoding: " + coding);
    }

    private static RequestSpecification basic(String id, String secret) {
        return given().header("Authorization",
                "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8)));
    }
}
