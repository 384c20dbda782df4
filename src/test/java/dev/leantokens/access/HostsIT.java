package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;

/** A web page that has rebound its name to this machine, or that simply calls it, gets nothing from either port. */
@QuarkusIntegrationTest
@WithTestResource(LeanStub.class)
@TestProfile(HostsIT.Allowed.class)
class HostsIT {

    public static class Allowed implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "ALLOWED_HOSTS", "tokens.internal, tokens.example.com",
                    "ALLOWED_ORIGINS", "https://app.example.com/");
        }
    }

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    private Peers peers() {
        return new Peers(RestAssured.port, lean.mcpPort());
    }

    @ParameterizedTest
    @ValueSource(strings = { "Host: localhost", "Host: LOCALHOST:1234", "Host: 127.0.0.1:8080", "Host: [::1]",
            "Host: tokens.internal",
            "Host: tokens.example.com:443", "Host: localhost.", "Host: tokens.internal.:443", "Origin: http://localhost:6274",
            "Origin: http://localhost.:6274", "Origin: https://app.example.com.",
            "Origin: http://[::1]:3000", "Origin: HTTP://127.0.0.1", "Origin: https://app.example.com" })
    void loopbackAndAllowedNamesAreServed(String header) {
        assertThat(peers().rest(RawHttp.LOOPBACK, "", header).status()).isEqualTo(200);
        assertThat(peers().mcp(RawHttp.LOOPBACK, "", header)).contains(LeanStub.TOKEN);
        assertThat(peers().statelessCall(RawHttp.LOOPBACK, "api", "", header).body()).contains(LeanStub.TOKEN);
    }

    @ParameterizedTest
    @ValueSource(strings = { "Host: evil.example", "Host: localhost.evil.example", "Host: tokens.internal.evil.example",
            "Host: 192.0.2.1", "Host: evil.example.", "Host: localhost..",
            "Host:", "Host: evil.example:8080", "Origin: http://evil.example", "Origin: null",
            "Origin: http://localhost.evil.example",
            "Origin: https://app.example.com.evil.example" })
    void otherNamesAreForbidden(String header) {
        RawHttp.Response rest = peers().rest(RawHttp.LOOPBACK, "", header);

        assertThat(rest.status()).as(rest.body()).isEqualTo(403);
        assertThat(rest.body()).contains("\"error\":\"invalid_request\"").doesNotContain("evil");
        assertThat(peers().mcp(RawHttp.LOOPBACK, "", header)).contains("\"error\":\"invalid_request\"");
        assertThat(peers().statelessCall(RawHttp.LOOPBACK, "api", "", header).status()).isEqualTo(403);
        assertThat(lean.requests()).isEmpty();
    }

    /** An image or a link of a foreign page. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "Host: localhost       | Sec-Fetch-Site: cross-site                            | 403",
            "Host: localhost       | Sec-Fetch-Site: Cross-Site                            | 403",
            "Host: localhost       | Sec-Fetch-Site: same-origin;Sec-Fetch-Site: cross-site | 403",
            "Host: localhost       | Sec-Fetch-Site: unknown                               | 403",
            "Host: tokens.internal | Sec-Fetch-Site: same-site                             | 403",
            "Host: localhost       | Sec-Fetch-Site: cross-site;Origin: http://evil.example | 403",
            "Host: localhost       | Sec-Fetch-Site: cross-site;Origin: https://app.example.com | 200",
            "Host: localhost       | Sec-Fetch-Site: cross-site;Origin: http://127.0.0.1:3000 | 200",
            "Host: localhost       | Sec-Fetch-Site: same-site                             | 200",
            "Host: tokens.internal | Sec-Fetch-Site: same-origin                           | 200",
            "Host: localhost       | Sec-Fetch-Site: none                                  | 200",
    })
    void pageOfAnotherSiteNeedsAnAllowedOrigin(String host, String headers, int status) {
        String[] all = (host + ";" + headers).split(";");
        RawHttp.Response rest = peers().rest(RawHttp.LOOPBACK, "", all);
        RawHttp.Response mcp = peers().call(RawHttp.LOOPBACK, "api", "", all);

        assertThat(List.of(rest, mcp)).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(status));
        for (String stream : List.of("/mcp", "/mcp/sse", "/mcp/", "/mcp;x/sse")) {
            RawHttp.Response refused = get(lean.mcpPort(), stream, "Host: localhost", "Sec-Fetch-Site: cross-site",
                    "Accept: text/event-stream");

            assertThat(refused.status()).as(stream).isEqualTo(403);
            assertThat(refused.body()).contains("ALLOWED_ORIGINS");
        }
    }

    @Test
    void foreignPagesMayLinkToPublicEndpoints() {
        for (String path : List.of("/q/health/live", "/.well-known/agent-skills/index.json")) {
            assertThat(get(RestAssured.port, path, "Host: localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate")
                    .status()).as(path).isEqualTo(200);
        }
    }

    private static RawHttp.Response get(int port, String path, String... headers) {
        return RawHttp.send(RawHttp.LOOPBACK, port, "GET " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers)
                + "\r\nConnection: close\r\n\r\n");
    }

    @Test
    void secondHostDoesNotHideTheFirst() {
        String body = "scope=api";
        RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, "POST /v1/oauth2/token HTTP/1.1\r\n"
                + "Host: localhost\r\nHost: evil.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body);

        assertThat(response.status()).isIn(400, 403);
        assertThat(lean.requests()).isEmpty();
    }

    @Test
    void hostOfAnAbsoluteTargetTakesPrecedence() {
        String body = "scope=api";
        String request = "POST http://%s/v1/oauth2/token HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + body.length()
                + "\r\nConnection: close\r\n\r\n" + body;

        for (String foreign : List.of("evil.example", "localhost@evil.example", "localhost:80@evil.example",
                "evil.example:80", "")) {
            assertThat(RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, request.formatted(foreign)).status()).as(foreign)
                    .isIn(400, 403);
        }
        assertThat(lean.requests()).isEmpty();
        assertThat(RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, request.formatted("localhost.:8080")).status())
                .isEqualTo(200);
    }

    /** Only the plain paths of probes are exempt from the rules. */
    @ParameterizedTest
    @ValueSource(strings = { "/q/..;/v1/oauth2/token", "/q;a/../v1/oauth2/token", "/q/;/../../v1/oauth2/token",
            "/q/%2e%2e/v1/oauth2/token", "/q;a/openapi", "/v1/oauth2/token;/q/health", "/v1/oauth2/token/" })
    void pathsThatStartLikeThoseOfProbesAreNotExempt(String path) {
        String body = "scope=api";
        for (String rest : List.of("Host: evil.example\r\n", "Host: localhost\r\nOrigin: http://evil.example\r\n")) {
            for (String method : List.of("POST", "GET")) {
                RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, method + " " + path
                        + " HTTP/1.1\r\n" + rest + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                        + body.length() + "\r\nConnection: close\r\n\r\n" + body);

                assertThat(response.status()).as(response.body()).isIn(403, 404);
            }
        }
        assertThat(lean.requests()).isEmpty();
    }

    @Test
    void probesAreServedUnderAnyName() {
        RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, RestAssured.port,
                "GET /q/health/live HTTP/1.1\r\nHost: 10.1.2.3:8080\r\nConnection: close\r\n\r\n");

        assertThat(response.status()).isEqualTo(200);
    }

    @Test
    void foreignPageMayNotReadHealth() {
        RawHttp.Response response = RawHttp.send(RawHttp.LOOPBACK, RestAssured.port,
                "GET /q/health HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nConnection: close\r\n\r\n");

        assertThat(response.status()).isEqualTo(403);
        assertThat(response.headers()).doesNotContainKey("Access-Control-Allow-Origin");
    }

    @Test
    void preflightOfAForeignPageIsForbidden() {
        String preflight = "OPTIONS /v1/oauth2/token HTTP/1.1\r\nHost: localhost\r\nOrigin: %s\r\n"
                + "Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n";

        assertThat(RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, preflight.formatted("http://evil.example")).status())
                .isEqualTo(403);
        assertThat(RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, preflight.formatted("https://app.example.com")).headers())
                .containsEntry("Access-Control-Allow-Origin", "https://app.example.com");
    }

    @Test
    void unnormalizedPathOfAProbeIsNotExempt() {
        RawHttp.Response response = RawHttp.post(RawHttp.LOOPBACK, RestAssured.port, "/q/../v1/oauth2/token",
                "application/x-www-form-urlencoded", "scope=api", "Host: evil.example");

        assertThat(response.status()).isEqualTo(403);
    }

    @Test
    void allowedOriginMayReadTheResponse() {
        RawHttp.Response response = peers().rest(RawHttp.LOOPBACK, "", "Origin: https://app.example.com");

        assertThat(response.headers()).containsEntry("Access-Control-Allow-Origin", "https://app.example.com");
    }

    @Test
    void allowedOriginMayReadARejection() {
        String[] headers = { "Origin: https://app.example.com", "Authorization: Bearer nobodys" };
        RawHttp.Response rest = peers().rest(RawHttp.LOOPBACK, "", headers);
        RawHttp.Response mcp = peers().call(RawHttp.LOOPBACK, "api", "", headers);

        assertThat(List.of(rest, mcp)).allSatisfy(refused -> {
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.headers()).containsEntry("Access-Control-Allow-Origin", "https://app.example.com");
        });
    }

    @Test
    void preflightNeedsNoCredentialsOnEitherPort() {
        String preflight = "OPTIONS %s HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example.com\r\n"
                + "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\nConnection: close\r\n\r\n";

        assertThat(List.of(RawHttp.send(RawHttp.ELSEWHERE, RestAssured.port, preflight.formatted("/v1/oauth2/token")),
                RawHttp.send(RawHttp.ELSEWHERE, lean.mcpPort(), preflight.formatted("/mcp")))).allSatisfy(allowed -> {
                    assertThat(allowed.status()).isEqualTo(200);
                    assertThat(allowed.headers()).containsEntry("Access-Control-Allow-Headers", "authorization");
                });
    }
}
