package dev.leantokens.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.json.JsonObject;

/** The root of the main port lists what the service offers. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class StartPageTest {

    private static final String BROWSER = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    LeanStub lean;

    @Test
    void programsGetJson() {
        RawHttp.Response response = get("/", "Host: localhost");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers()).containsEntry("Content-Type", "application/json;charset=UTF-8")
                .containsEntry("Vary", "Accept").containsEntry("Cache-Control", "no-cache")
                .containsEntry("X-Content-Type-Options", "nosniff");
        assertThat(new JsonObject(response.body()).getMap()).isEqualTo(Map.of(
                "name", "lean-authentication-tokens",
                "token_endpoint", "/v1/oauth2/token",
                "mcp_endpoint", "http://localhost:" + lean.mcpPort() + "/mcp",
                "api_description", "/q/openapi",
                "agent_skills", "/.well-known/agent-skills/index.json",
                "health", "/q/health",
                "metrics", "/q/metrics"));
    }

    @Test
    void browsersGetAPage() throws GeneralSecurityException {
        RawHttp.Response response = get("/", "Host: localhost", BROWSER);

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers()).containsEntry("Content-Type", "text/html;charset=UTF-8")
                .containsEntry("Vary", "Accept").containsEntry("Cache-Control", "no-store")
                .containsEntry("X-Content-Type-Options", "nosniff");
        assertThat(response.body()).startsWith("<!doctype html>").contains("POST /v1/oauth2/token",
                "http://localhost:" + lean.mcpPort() + "/mcp").doesNotContain("stand-in");
        assertThat(response.headers().get("Content-Security-Policy")).startsWith("default-src 'none'; ")
                .contains("style-src '" + hash("style", response.body()) + "';",
                        "script-src '" + hash("script", response.body()) + "';");
    }

    private static String hash(String element, String page) throws GeneralSecurityException {
        String text = page.replaceAll("(?s).*<" + element + ">|</" + element + ">.*", "");
        return "sha256-" + Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void everyLinkIsServed() {
        List<String> ofPage = Pattern.compile("href=\"(/[^\"]*)\"").matcher(get("/", "Host: localhost", BROWSER).body())
                .results()
                .map(match -> match.group(1)).toList();
        List<String> ofJson = Pattern.compile("\":\"(/[^\"]*)\"").matcher(get("/", "Host: localhost").body()).results()
                .map(match -> match.group(1)).filter(path -> !path.equals("/v1/oauth2/token")).toList();

        assertThat(ofJson).hasSize(4);
        assertThat(ofPage).hasSize(5).containsAll(ofJson)
                .allSatisfy(path -> assertThat(get(path, "Host: localhost").status()).as(path).isEqualTo(200));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "text/html                              | text/html",
            "text/html;q=0.9, application/json;q=0.1 | text/html",
            "*/*                                    | application/json",
            "application/json, text/html            | application/json",
            "application/json;q=0.1, text/html;q=0.2 | text/html",
            "text/html;q=0                          | application/json",
            "image/png                              | application/json",
            "text/*                                 | text/html",
            // No preference: empty or malformed.
            "''                                     | application/json",
            "text/html;q=                           | application/json",
            "html                                   | application/json",
    })
    void formFollowsTheAcceptHeader(String accept, String type) {
        RawHttp.Response response = get("/", "Host: localhost", "Accept: " + accept);

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers().get("Content-Type")).startsWith(type);
    }

    /** The name that the client used, without the rest of the header. */
    @ParameterizedTest
    @CsvSource({ "localhost, localhost", "LOCALHOST.:1234, localhost", "127.0.0.1:80, 127.0.0.1", "[::1]:8080, [::1]" })
    void mcpUrlHasTheRequestedName(String host, String name) {
        for (String accept : List.of(BROWSER, "Accept: application/json")) {
            RawHttp.Response response = get("/", "Host: " + host, accept, "X-Forwarded-Proto: https", "X-Forwarded-Host: evil",
                    "Forwarded: proto=https;host=evil");

            assertThat(response.body()).contains("http://" + name + ":" + lean.mcpPort() + "/mcp").doesNotContain("evil");
        }
    }

    /** As at the token endpoint: the page of a rebound name learns nothing. A link to the start page works from everywhere. */
    @Test
    void foreignNamesAndPagesAreRefused() {
        assertThat(get("/", "Host: evil.example").status()).isEqualTo(403);
        assertThat(get("/", "Host: localhost:\"><script>", BROWSER).status()).isEqualTo(400);
        assertThat(get("/", "Host: localhost", "Origin: https://evil.example").status()).isEqualTo(403);
        assertThat(get("/", "Host: localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate").status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/;a=b", "/?a=b", "/./" })
    void spellingsOfTheRootAreServedAlike(String path) {
        assertThat(get(path, "Host: localhost").body()).isEqualTo(get("/", "Host: localhost").body());
    }

    @Test
    void headHasTheHeadersOfGet() {
        RawHttp.Response head = request(RestAssured.port, "HEAD", "/", "Host: localhost", BROWSER);

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers()).containsEntry("Content-Type", "text/html;charset=UTF-8")
                .containsKey("Content-Security-Policy");
    }

    @ParameterizedTest
    @ValueSource(strings = { "POST", "PUT", "DELETE", "PATCH" })
    void otherMethodsAreNotAllowed(String method) {
        RawHttp.Response response = request(RestAssured.port, method, "/", "Host: localhost");

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.headers()).containsEntry("Allow", "GET, HEAD, OPTIONS");
        assertThat(response.body()).startsWith("{\"error\":\"invalid_request\"");
    }

    @Test
    void mcpPortHasNoStartPage() {
        assertThat(request(lean.mcpPort(), "GET", "/", "Host: localhost", BROWSER).status()).isEqualTo(404);
    }

    private static RawHttp.Response get(String path, String... headers) {
        return request(RestAssured.port, "GET", path, headers);
    }

    private static RawHttp.Response request(int port, String method, String path, String... headers) {
        return RawHttp.send(RawHttp.LOOPBACK, port, method + " " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers)
                + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
}
