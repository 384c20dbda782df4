package dev.leantokens.lean;

import static dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner.CALLER;
import static dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.Settings;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;

class LeanAnswerTest {

    private static final String SECRET = "secret-of-the-account";

    private static final ClientCredentials CREDENTIALS = new ClientCredentials("id", SECRET);
    private static final ClientProof PROOF = ClientProof.post(CREDENTIALS);

    /** Has a secret that each encoding changes. */
    private static final ClientCredentials ODD = new ClientCredentials("id", "ab\\cd\"e/f&g h+i%41");

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private LeanConfig config = Settings.of(LeanConfig.class);

    @Test
    void everyMemberOfATokenResponseIsPreserved() {
        String body = "{\"access_token\":\"a.b.c\",\"scope\":\"api\",\"token_type\":\"Bearer\",\"expires_in\":3599,"
                + "\"x\":{\"n\":1.10,\"big\":123456789012345678901234567890}}";

        assertThat(answer(200, body).token(request(SERVICE), PROOF, config, NOW).json()).isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "",
            " ",
            "null",
            "[]",
            "\"token\"",
            "42",
            "{}",
            "<html><body>Sign in to the Wi-Fi</body></html>",
            "{\"access_token\":\"s3cr3t\"}",
            "{\"access_token\":\"\",\"token_type\":\"Bearer\"}",
            "{\"access_token\":null,\"token_type\":\"Bearer\"}",
            "{\"access_token\":\"s3cr3t\",\"token_type\":\"Bearer\"",
            "{\"access_token\":\"s3cr3t\",\"token_type\":\"Bearer\"} {}",
            "{\"access_token\":\"s3cr3t\",\"token_type\":\"Bearer\"}x",
            "{\"access_token\":\"s3cr3t\",\"access_token\":\"other\",\"token_type\":\"Bearer\"}",
            "{\"access_token\":\"s3cr3t\",\"token_type\":\"Bearer\",\"expires_in\":\"soon\"}",
            "{\"access_token\":\"s3cr3t\",\"token_type\":\"Bearer\",\"scope\":[\"api\"]}",
            "{\"access_token\":\"s3cr3t\",\"token_type\":\"Bearer\",\"refresh_token\":7}",
            "{\"error\":\"invalid_client\"}",
    })
    void status200WithoutATokenIsUnusable(String body) {
        TokenException exception = failure(answer(200, body), CALLER);

        assertThat(exception.error()).isEqualTo(TokenError.UNUSABLE_ANSWER);
        assertThat(exception.getMessage()).doesNotContain("s3cr3t");
        assertThat(exception).hasNoCause();
    }

    @ParameterizedTest
    @CsvSource({ "3599", "'\"3599\"'", "3599.0", "3.599e3" })
    void lifetimeIsPassedOnAsAnInteger(String written) {
        String body = "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":" + written + "}";

        assertThat(answer(200, body).token(request(SERVICE), PROOF, config, NOW).json())
                .isEqualTo("{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":3599}");
    }

    @Test
    void nullMembersAreLeftOut() {
        String body = "{\"access_token\":\"a\",\"scope\":null,\"token_type\":\"Bearer\",\"expires_in\":null,\"x\":null}";

        assertThat(answer(200, body).token(request(SERVICE), PROOF, config, NOW).json())
                .isEqualTo("{\"access_token\":\"a\",\"token_type\":\"Bearer\"}");
    }

    @ParameterizedTest
    @EnumSource(CredentialsOwner.class)
    void tokenForAnotherScopeIsRefused(CredentialsOwner owner) {
        TokenException exception = failure(answer(200,
                "{\"access_token\":\"s3cr3t\",\"token_type\":\"Bearer\",\"scope\":\"customer.s3cr3t\"}"), owner);

        assertThat(exception.error()).isEqualTo(TokenError.OTHER_SCOPE);
        assertThat(exception.response().status()).isEqualTo(502);
        assertThat(exception.explanation()).doesNotContain("s3cr3t");
    }

    static Stream<Arguments> failures() {
        String html = "<html>s3cr3t</html>";
        String invalidClient = "{\"error\":\"invalid_client\"}";
        return Stream.of(
                // Lean's error is passed on to the caller that sent the refused values.
                arguments(400, "{\"error\":\"invalid_scope\"}", CALLER, TokenError.REFUSED_BY_LEAN),
                arguments(400, "{\"error\":\"invalid_scope\"}", SERVICE, TokenError.REFUSED_BY_LEAN),
                arguments(400, "{\"error\":\"invalid_request\"}", SERVICE, TokenError.REFUSED_BY_LEAN),
                arguments(401, invalidClient, CALLER, TokenError.REFUSED_BY_LEAN),
                arguments(400, invalidClient, CALLER, TokenError.REFUSED_BY_LEAN),
                arguments(400, "{\"error\":\"unauthorized_client\"}", CALLER, TokenError.REFUSED_BY_LEAN),
                arguments(422, "{\"error\":\"something_new\"}", CALLER, TokenError.REFUSED_BY_LEAN),
                // An error about the service's credentials is not.
                arguments(401, invalidClient, SERVICE, TokenError.SERVICE_CREDENTIALS_REFUSED),
                arguments(400, invalidClient, SERVICE, TokenError.SERVICE_CREDENTIALS_REFUSED),
                arguments(400, "{\"error\":\"unauthorized_client\"}", SERVICE, TokenError.SERVICE_NOT_AUTHORIZED),
                arguments(401, "{\"error\":\"unauthorized_client\"}", SERVICE, TokenError.SERVICE_CREDENTIALS_REFUSED),
                arguments(401, "", SERVICE, TokenError.SERVICE_CREDENTIALS_REFUSED),
                arguments(401, html, SERVICE, TokenError.SERVICE_CREDENTIALS_REFUSED),
                // Lean sends an empty body without client credentials.
                arguments(401, "", CALLER, TokenError.CALLER_REFUSED),
                arguments(401, html, CALLER, TokenError.CALLER_REFUSED),
                arguments(401, "[]", CALLER, TokenError.CALLER_REFUSED),
                // Responses of a gateway.
                arguments(400, html, CALLER, TokenError.UNUSABLE_ANSWER),
                arguments(400, "{\"code\":\"X\",\"message\":\"s3cr3t\",\"status\":\"BAD\"}", SERVICE,
                        TokenError.UNUSABLE_ANSWER),
                arguments(400, "{\"error\":7}", CALLER, TokenError.UNUSABLE_ANSWER),
                arguments(400, "{\"error\":\"\"}", CALLER, TokenError.UNUSABLE_ANSWER),
                arguments(400, "{\"error\":\"not\\\"a code\"}", CALLER, TokenError.UNUSABLE_ANSWER),
                arguments(403, "{\"error\":\"invalid_scope\"}", CALLER, TokenError.UNUSABLE_ANSWER),
                arguments(403, html, SERVICE, TokenError.UNUSABLE_ANSWER),
                arguments(302, "", SERVICE, TokenError.UNUSABLE_ANSWER),
                arguments(304, "", SERVICE, TokenError.UNUSABLE_ANSWER),
                arguments(201, "{\"access_token\":\"s3cr3t\",\"token_type\":\"Bearer\"}", SERVICE, TokenError.UNUSABLE_ANSWER),
                arguments(204, "", SERVICE, TokenError.UNUSABLE_ANSWER),
                arguments(400, "{\"error\":\"invalid_scope\",\"error_description\":7}", CALLER, TokenError.UNUSABLE_ANSWER),
                arguments(400, "{\"error\":\"invalid_scope\",\"error_uri\":[]}", SERVICE, TokenError.UNUSABLE_ANSWER),
                arguments(400, "{\"error\":null}", CALLER, TokenError.UNUSABLE_ANSWER),
                arguments(401, "{\"error\":\"invalid_client\",\"error_description\":{}}", CALLER, TokenError.CALLER_REFUSED),
                arguments(410, html, CALLER, TokenError.UNUSABLE_ANSWER),
                // Not a token endpoint, whatever the body says.
                arguments(404, html, SERVICE, TokenError.WRONG_ENDPOINT),
                arguments(404, "", CALLER, TokenError.WRONG_ENDPOINT),
                arguments(404, "{\"error\":\"not_found\"}", CALLER, TokenError.WRONG_ENDPOINT),
                arguments(404, invalidClient, SERVICE, TokenError.WRONG_ENDPOINT),
                arguments(405, html, SERVICE, TokenError.WRONG_ENDPOINT),
                arguments(405, "{\"error\":\"invalid_request\"}", CALLER, TokenError.WRONG_ENDPOINT),
                arguments(415, "", SERVICE, TokenError.WRONG_ENDPOINT),
                arguments(415, "{\"error\":\"invalid_request\"}", CALLER, TokenError.WRONG_ENDPOINT),
                // About the connection; Lean has not processed the request.
                arguments(407, html, SERVICE, TokenError.LEAN_UNAVAILABLE),
                arguments(407, "{\"error\":\"invalid_request\"}", CALLER, TokenError.LEAN_UNAVAILABLE),
                arguments(408, "", SERVICE, TokenError.LEAN_FAILED),
                arguments(408, "{\"error\":\"invalid_request\"}", CALLER, TokenError.LEAN_FAILED),
                arguments(421, html, CALLER, TokenError.LEAN_FAILED),
                arguments(421, invalidClient, SERVICE, TokenError.LEAN_FAILED),
                arguments(425, "", CALLER, TokenError.LEAN_FAILED),
                arguments(425, invalidClient, CALLER, TokenError.LEAN_FAILED),
                // Lean's faults, whatever the body says.
                arguments(429, "", SERVICE, TokenError.THROTTLED),
                arguments(429, invalidClient, CALLER, TokenError.THROTTLED),
                arguments(500, html, SERVICE, TokenError.LEAN_FAILED),
                arguments(500, invalidClient, CALLER, TokenError.LEAN_FAILED),
                arguments(502, html, CALLER, TokenError.LEAN_UNAVAILABLE),
                arguments(503, "", CALLER, TokenError.LEAN_UNAVAILABLE),
                arguments(504, "", CALLER, TokenError.LEAN_UNAVAILABLE),
                arguments(599, "", CALLER, TokenError.LEAN_FAILED));
    }

    @ParameterizedTest(name = "{0} {1} to {2} is {3}")
    @MethodSource("failures")
    void statusAndBodyDecideTheError(int status, String body, CredentialsOwner owner, TokenError error) {
        TokenException exception = failure(answer(status, body), owner);

        assertThat(exception.error()).isEqualTo(error);
        assertThat(exception.getMessage()).doesNotContain("s3cr3t");
        assertThat(exception).hasNoCause();
    }

    @Test
    void refusalOfTheCallerIsPassedOnUnchanged() {
        String body = "{\"error\":\"invalid_scope\",\"error_description\":\"no such customer\",\"error_uri\":\"https://x\"}";

        TokenException exception = failure(answer(400, body), SERVICE);

        assertThat(exception.response().status()).isEqualTo(400);
        assertThat(exception.response().json()).isEqualTo(body);
    }

    @Test
    void refusalHasNoNullMembers() {
        String body = "{\"error\":\"invalid_scope\",\"error_description\":null,\"error_uri\":null,\"x\":null}";

        assertThat(failure(answer(400, body), CALLER).response().json()).isEqualTo("{\"error\":\"invalid_scope\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "lean.environment=production-uae                              | LEAN_ENVIRONMENT is production-uae",
            "lean.environment=sandbox-ksa                                 | LEAN_ENVIRONMENT is sandbox-ksa",
            "lean.url=https://s3cr3t.example                              | LEAN_URL is set",
            "lean.url=https://s3cr3t.example lean.environment=sandbox-ksa | LEAN_URL is set",
    })
    void refusalOfServiceCredentialsNamesTheEnvironment(String settings, String text) {
        config = Settings.of(LeanConfig.class, settings.split("[ =]"));

        TokenException exception = failure(answer(401, "{\"error\":\"invalid_client\"}"), SERVICE);

        assertThat(exception.getMessage()).contains("another environment", text, "LEAN_CLIENT_ID").doesNotContain("s3cr3t");
        assertThat(exception.response().json()).contains("another environment", text).doesNotContain("s3cr3t");
    }

    /** Keycloak answers 401 and unauthorized_client to a wrong secret as to a client without the grant. */
    @Test
    void status401LeavesOpenWhetherTheSecretIsWrong() {
        TokenException exception = failure(answer(401, "{\"error\":\"unauthorized_client\"}"), SERVICE);

        assertThat(exception.getMessage()).contains("refused the credentials", "If they are right", "this scope")
                .doesNotContain("accepts");
        assertThat(failure(answer(401, "{\"error\":\"invalid_client\"}"), SERVICE).getMessage())
                .doesNotContain("If they are right");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "client-secret-post  | LEAN_CLIENT_ID and its secret or key",
            "client-secret-basic | LEAN_CLIENT_ID and its secret or key",
            "private-key-jwt     | LEAN_CLIENT_ID and its key, or LEAN_ASSERTION_AUDIENCE",
            "tls-client-auth     | LEAN_CLIENT_ID and its certificate",
    })
    void refusalOfServiceCredentialsNamesTheSettingsOfTheMethod(String method, String settings) {
        config = Settings.of(LeanConfig.class, "lean.client-authentication", method);

        assertThat(failure(answer(401, ""), SERVICE).getMessage()).endsWith("must correct that setting, or " + settings);
    }

    @Test
    void wrongEndpointNamesTheSetting() {
        assertThat(failure(answer(404, "s3cr3t"), SERVICE).getMessage()).contains("404", "LEAN_URL").doesNotContain("s3cr3t");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', value = {
            "429 | -                             |",
            "429 | 2                             | PT2S",
            "429 |  7                            | PT7S",
            "429 | soon                          |",
            "429 | -5                            |",
            "429 | 99999999999                   | PT1H",
            "429 | 86400                         | PT1H",
            "429 | Sun, 01 Mar 2026 12:00:30 GMT | PT30S",
            "429 | Sun, 01 Mar 2026 11:00:00 GMT | PT0S",
            "429 | Sunday, 01-Mar-26 12:00:30 GMT | PT30S",
            "429 | Sun Mar  1 12:00:30 2026      | PT30S",
            "429 | sun, 1 mar 2026 12:00:30 gmt  | PT30S",
            "429 | Sun, 31 Feb 2026 12:00:30 GMT |",
            "429 | Sun, 01 Mar 2076 12:00:00 GMT | PT1H",
            "503 | -                             |",
            "500 | 3                             | PT3S",
            "503 | 120                           | PT2M",
            "429 | 000000000003                  | PT3S",
            "429 | 000000000000                  | PT0S",
            "429 | 9999999999999999999999        | PT1H",
            "425 | 1                             | PT1S",
    })
    void waitIsLeansIfItNamesOne(int status, String retryAfter, String wait) {
        TokenException exception = failure(new LeanAnswer(status, retryAfter, null, new byte[0]), SERVICE);

        assertThat(exception.response().retryAfter()).isEqualTo(Optional.ofNullable(wait).map(Duration::parse));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "Sun, 01 Mar 2026 11:59:00 GMT | PT90S",
            "Sun, 01 Mar 2026 12:00:30 GMT | PT0S",
            "yesterday                     | PT30S",
    })
    void waitUntilADateIsCalculatedByLeansClock(String date, Duration wait) {
        LeanAnswer answer = new LeanAnswer(429, "Sun, 01 Mar 2026 12:00:30 GMT", date, new byte[0]);

        assertThat(failure(answer, SERVICE).response().retryAfter()).contains(wait);
    }

    @Test
    void answerAsTextHasNoBody() {
        assertThat(answer(200, "s3cr3t").toString()).doesNotContain("s3cr3t");
    }

    @Test
    void refusalQuotingTheServiceSecretIsNotPassedOn() {
        String body = "{\"error\":\"invalid_request\",\"error_description\":\"unexpected client_secret=" + SECRET + "\"}";

        assertThat(failure(answer(400, body), SERVICE).response().json()).doesNotContain(SECRET);
        assertThat(failure(answer(400, body), CALLER).response().json()).isEqualTo(body);
    }

    /** Ways in which Lean can quote {@link #ODD}, as JSON. */
    static Stream<Arguments> quotes() {
        ClientProof post = ClientProof.post(ODD);
        ClientProof basic = ClientProof.basic(ODD);
        String form = "ab%5Ccd%22e%2Ff%26g+h%2Bi%2541";
        String text = json(ODD.clientSecret());
        return Stream.of(
                arguments("escaped", post, described("client_secret=" + text)),
                arguments("escaped by PHP", post, described(text.replace("/", "\\/"))),
                arguments("escaped for HTML", post, described(text.replace("&", "\\u0026"))),
                arguments("all escaped", post, described(escaped(ODD.clientSecret()))),
                arguments("JSON within JSON", post, described(json("{\"s\":\"" + text + "\"}"))),
                arguments("escaped JSON within JSON", post, described(json(text.replace("&", "\\u0026")))),
                arguments("form-encoded", post, described("client_secret=" + form + "&scope=api")),
                arguments("form-encoded, lower case", post, described(form.replaceAll("%5C", "%5c").replace("%2F", "%2f"))),
                arguments("percent-encoded", basic, described(form.replace("+", "%20"))),
                arguments("form-encoded beside a percent sign", basic, described("100% wrong: " + form)),
                arguments("form-encoded in part", post, described("ab%5Ccd\\\"e/f&g h+i%41")),
                arguments("form-encoded twice", basic, described(form.replace("%", "%25").replace("+", "%2B"))),
                arguments("header", basic, described("bad " + basic.authorization())),
                arguments("header, escaped", basic, described(escaped(basic.authorization()))),
                arguments("header, form-encoded", basic,
                        described(URLEncoder.encode(basic.authorization(), StandardCharsets.UTF_8))),
                arguments("header without padding", basic, described(basic.authorization().replace("=", ""))),
                arguments("header of a pair that is not form-encoded", basic, described(base64("id:" + ODD.clientSecret()))),
                arguments("pair behind the header", basic, described("id:" + form)),
                arguments("error", post, "{\"error\":\"ab%5Ccd%22e/f&g h+i%41\"}"),
                arguments("error_uri", post, "{\"error\":\"invalid_request\",\"error_uri\":\"https://x?s=" + form + "\"}"),
                arguments("nested", post, "{\"error\":\"invalid_request\",\"x\":[1,{\"y\":[null,\"" + text + "\"]}]}"),
                arguments("name", post, "{\"error\":\"invalid_request\",\"" + text + "\":\"\"}"),
                arguments("nested name", post, "{\"error\":\"invalid_request\",\"x\":[{\"" + form + "\":1}]}"),
                arguments("number", ClientProof.post(new ClientCredentials("id", "20260301")),
                        "{\"error\":\"invalid_request\",\"client_secret\":20260301}"),
                arguments("assertion", ClientProof.jwt("id", "e30.e30.c2ln_-"), described(escaped("e30.e30.c2ln_-"))),
                arguments("assertion, form-encoded", ClientProof.jwt("id", "e30.e30.c2ln_-"),
                        described("e30%2Ee30%2ec2ln%5F-")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("quotes")
    void refusalQuotingTheServiceSecretInAnyEncodingIsNotPassedOn(String form, ClientProof proof, String body) {
        TokenException toService = failure(answer(400, body), SERVICE, proof);

        assertThat(toService.error()).isEqualTo(TokenError.UNUSABLE_ANSWER);
        assertThat(toService.response().status()).isEqualTo(502);
        assertThat(failure(answer(400, body), CALLER, proof).error()).isEqualTo(TokenError.REFUSED_BY_LEAN);
    }

    @ParameterizedTest
    @ValueSource(strings = { "100%", "%zz %", "%5C%22", "\\\\u00", "\\\\u00zz", "ab\\\\cd", "ab%5Ccd%22e%2Ff%26g", "\\u20ac",
            "id" })
    void refusalQuotingNoSecretIsPassedOn(String description) {
        assertThat(failure(answer(400, described(description)), SERVICE, ClientProof.basic(ODD)).error())
                .isEqualTo(TokenError.REFUSED_BY_LEAN);
    }

    private static String described(String description) {
        return "{\"error\":\"invalid_request\",\"error_description\":\"" + description + "\"}";
    }

    private static String json(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private static String escaped(String text) {
        return text.chars().mapToObj("\\u%04x"::formatted).collect(Collectors.joining());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static UpstreamTokenRequest request(CredentialsOwner owner) {
        return new UpstreamTokenRequest(owner == CALLER ? Optional.of(CREDENTIALS) : Optional.empty(), "fingerprint",
                new Scope("api"),
                Purpose.NEED, CallerAccount.SERVICE);
    }

    private TokenException failure(LeanAnswer answer, CredentialsOwner owner) {
        return failure(answer, owner, PROOF);
    }

    private TokenException failure(LeanAnswer answer, CredentialsOwner owner, ClientProof proof) {
        assertThatThrownBy(() -> answer.token(request(owner), proof, config, NOW)).isInstanceOf(TokenException.class);
        return catchThrowableOfType(TokenException.class, () -> answer.token(request(owner), proof, config, NOW));
    }

    private static LeanAnswer answer(int status, String body) {
        return new LeanAnswer(status, null, null, body.getBytes(StandardCharsets.UTF_8));
    }
}
