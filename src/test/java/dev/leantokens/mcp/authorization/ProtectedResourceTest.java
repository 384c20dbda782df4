package dev.leantokens.mcp.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import dev.leantokens.testing.TokenIssuer;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** MCP as a protected resource of OAuth 2.0: metadata, challenges, and the tokens that it takes. */
@QuarkusTest
@WithTestResource(value = LeanStub.class, initArgs = {
        @ResourceArg(name = "mcp.oauth-resource", value = ProtectedResourceTest.RESOURCE),
        @ResourceArg(name = "mcp.oauth-issuers", value = TokenIssuer.ID),
        @ResourceArg(name = "mcp.oauth-scopes", value = "tokens,agents"),
        @ResourceArg(name = "access.clients.payments.secret", value = ProtectedResourceTest.SECRET),
        @ResourceArg(name = "access.clients.payments.scopes", value = "api") })
@WithTestResource(TokenIssuer.class)
class ProtectedResourceTest {

    static final String RESOURCE = "https://lean-tokens.example.com/a/mcp";
    static final String SECRET = "secret-of-payments-0123456789";

    private static final String ROOT = "/.well-known/oauth-protected-resource";
    private static final String METADATA = ROOT + "/a/mcp";
    private static final String FOREIGN_PAGE = "Origin: https://pages.example";

    private static final String CHALLENGE = "Bearer resource_metadata=\"https://lean-tokens.example.com" + METADATA
            + "\", scope=\"tokens agents\"";
    private static final String BASIC = ", Basic realm=\"lean-authentication-tokens\", charset=\"UTF-8\"";

    LeanStub lean;
    TokenIssuer issuer;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    private Peers peers() {
        return new Peers(RestAssured.port, lean.mcpPort());
    }

    private static RawHttp.Response request(String from, int port, String method, String path, String... headers) {
        return RawHttp.send(from, port, method + " " + path + " HTTP/1.1\r\n"
                + (Stream.of(headers).anyMatch(header -> header.startsWith("Host:")) ? "" : "Host: localhost\r\n")
                + String.join("", Stream.of(headers).map(header -> header + "\r\n").toList())
                + "Content-Length: 0\r\nConnection: close\r\n\r\n");
    }

    private RawHttp.Response onMcpPort(String method, String path, String... headers) {
        return request(RawHttp.ELSEWHERE, lean.mcpPort(), method, path, headers);
    }

    @ParameterizedTest
    @ValueSource(strings = { ROOT, METADATA, ROOT + "/", METADATA + "/" })
    void metadataIsServedToEveryCallerAndPage(String path) {
        for (String header : List.of("Host: lean-tokens.example.com", "Host: localhost:1", FOREIGN_PAGE,
                "Sec-Fetch-Site: cross-site", "Authorization: Bearer wrong", "Authorization: Digest wrong",
                "MCP-Protocol-Version: 2026-07-28")) {
            RawHttp.Response response = onMcpPort("GET", path, header);

            assertThat(response.status()).as(header).isEqualTo(200);
            assertThat(new JsonObject(response.body())).as(header).isEqualTo(new JsonObject().put("resource", RESOURCE)
                    .put("resource_name", "Lean Authentication Tokens")
                    .put("authorization_servers", new JsonArray().add(TokenIssuer.ISSUER))
                    .put("scopes_supported", new JsonArray().add("tokens").add("agents"))
                    .put("bearer_methods_supported", new JsonArray().add("header")));
            assertThat(response.headers()).as(header).containsEntry("Content-Type", "application/json")
                    .containsEntry("Access-Control-Allow-Origin", "*").containsEntry("Cache-Control", "max-age=300")
                    .doesNotContainKeys("WWW-Authenticate", "Set-Cookie", "Access-Control-Allow-Credentials");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { ROOT, METADATA })
    void metadataCanBeReadOnly(String path) {
        RawHttp.Response get = onMcpPort("GET", path);
        RawHttp.Response head = onMcpPort("HEAD", path);
        RawHttp.Response post = onMcpPort("POST", path, FOREIGN_PAGE);

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers()).containsEntry("Content-Length", Integer.toString(get.body().length()));
        assertThat(post.status()).isEqualTo(403);
        assertThat(onMcpPort("POST", path).status()).isEqualTo(405);
        assertThat(onMcpPort("POST", path).headers()).containsEntry("Allow", "GET, HEAD, OPTIONS");
    }

    /** Browsers ask before they send the header {@code MCP-Protocol-Version}. */
    @Test
    void pageOfAnySiteMayReadTheMetadata() {
        RawHttp.Response response = onMcpPort("OPTIONS", METADATA, FOREIGN_PAGE, "Access-Control-Request-Method: GET",
                "Access-Control-Request-Headers: mcp-protocol-version");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers()).containsEntry("Allow", "GET, HEAD, OPTIONS")
                .containsEntry("Access-Control-Allow-Origin", "*").containsEntry("Access-Control-Allow-Methods", "GET, HEAD")
                .containsEntry("Access-Control-Allow-Headers", "*");
    }

    @ParameterizedTest
    @ValueSource(strings = { ROOT + "/mcp", ROOT + "/a", METADATA + "/sse", ROOT + "x", METADATA + "x", ROOT + "/%61/mcp/..",
            "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/register" })
    void otherPathsAreNotServed(String path) {
        for (String method : List.of("GET", "OPTIONS", "POST")) {
            assertThat(onMcpPort(method, path).status()).as(method).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { ROOT, METADATA })
    void metadataIsNotServedOnTheMainPort(String path) {
        for (String method : List.of("GET", "OPTIONS", "HEAD")) {
            assertThat(request(RawHttp.LOOPBACK, RestAssured.port, method, path).status()).as(method).isEqualTo(404);
        }
    }

    @Test
    void hostIsChecked() {
        assertThat(onMcpPort("GET", METADATA, "Host: rebound.example").status()).isEqualTo(403);
        assertThat(
                peers().statelessCall(RawHttp.ELSEWHERE, "api", "", "Host: lean-tokens.example.com", bearer(SECRET)).status())
                .isEqualTo(200);
    }

    /** All transports and revisions. */
    @ParameterizedTest
    @CsvSource({ "POST, /mcp, Accept: application/json", "POST, /mcp, MCP-Protocol-Version: 2026-07-28",
            "GET, /mcp, Accept: */*",
            "GET, /mcp, Mcp-Session-Id: x", "DELETE, /mcp, Mcp-Session-Id: x", "PUT, /mcp, Accept: */*",
            "GET, /mcp/sse, Accept: text/event-stream", "POST, /mcp/messages/x, Accept: */*" })
    void callerWithoutAcceptedCredentialsIsToldWhereToGetAToken(String method, String path, String header) {
        RawHttp.Response without = onMcpPort(method, path, header);
        RawHttp.Response wrongSecret = onMcpPort(method, path, header, bearer("wrong"));
        RawHttp.Response wrongToken = onMcpPort(method, path, header, bearer(issuer.sign(TokenIssuer.claims())));
        RawHttp.Response basic = onMcpPort(method, path, header, "Authorization: Basic cGF5bWVudHM6d3Jvbmc=");

        assertThat(Stream.of(without, wrongSecret, wrongToken, basic).map(RawHttp.Response::status)).containsOnly(401);
        assertThat(Stream.of(without, wrongSecret, wrongToken, basic).map(response -> new JsonObject(response.body())
                .getString("error"))).containsOnly("invalid_client");
        for (RawHttp.Response response : List.of(without, basic)) {
            assertThat(response.headers()).containsEntry("WWW-Authenticate", CHALLENGE + BASIC);
        }
        for (RawHttp.Response response : List.of(wrongSecret, wrongToken)) {
            assertThat(response.headers()).containsEntry("WWW-Authenticate", CHALLENGE
                    + ", error=\"invalid_token\", error_description=\""
                    + new JsonObject(response.body()).getString("error_description") + "\"" + BASIC);
        }
        assertThat(lean.requests()).isEmpty();
    }

    @Test
    void pageOfAnAllowedOriginCanReadTheChallenge() {
        RawHttp.Response response = onMcpPort("POST", "/mcp", "Origin: http://localhost:3000");

        assertThat(response.status()).isEqualTo(401);
        assertThat(response.headers().get("Access-Control-Expose-Headers")).contains("WWW-Authenticate");
    }

    @Test
    void restKeepsItsChallenge() {
        for (RawHttp.Response response : List.of(peers().rest(RawHttp.ELSEWHERE),
                peers().rest(RawHttp.ELSEWHERE, "", bearer("wrong")))) {
            assertThat(response.status()).isEqualTo(401);
            assertThat(response.headers()).containsEntry("WWW-Authenticate", ProtectedResourceOffTest.CHALLENGE);
        }
    }

    @Test
    void localClientsAndCallersOnThisMachineAreServedAsBefore() {
        String basic = "Authorization: Basic cGF5bWVudHM6c2VjcmV0LW9mLXBheW1lbnRzLTAxMjM0NTY3ODk=";
        for (String header : List.of(bearer(SECRET), basic)) {
            assertThat(peers().mcp(RawHttp.ELSEWHERE, "", header)).as(header).contains(LeanStub.TOKEN);
            assertThat(peers().statelessCall(RawHttp.ELSEWHERE, "api", "", header).body()).contains(LeanStub.TOKEN);
        }
        assertThat(peers().mcp(RawHttp.LOOPBACK)).contains(LeanStub.TOKEN);
        assertThat(peers().statelessCall(RawHttp.LOOPBACK, "api", "").body()).contains(LeanStub.TOKEN);
    }

    /** Otherwise no client would log in. */
    @Test
    void leanCredentialsInTheBodyAreForAuthenticatedCallersOnly() {
        String own = ",\"client_id\":\"%s\",\"client_secret\":\"%s\"".formatted(LeanStub.CALLERS_ID, LeanStub.CALLERS_SECRET);

        assertThat(peers().statelessCall(RawHttp.ELSEWHERE, "api", own).status()).isEqualTo(401);
        assertThat(peers().statelessCall(RawHttp.ELSEWHERE, "api", own, bearer(SECRET)).body()).contains(LeanStub.TOKEN);
        assertThat(peers().rest(RawHttp.ELSEWHERE, own).status()).isEqualTo(200);
    }

    @Test
    void extensionIsDeclaredInAllRevisions() {
        JsonObject extensions = new JsonObject("""
                {"io.modelcontextprotocol/skills": {"directoryRead": true},
                 "io.modelcontextprotocol/oauth-client-credentials": {}}""");
        JsonObject discovered = StatelessMcp.result(new StatelessMcp(lean.mcpPort()).send("server/discover", new JsonObject()));
        JsonObject initialized = new JsonObject(RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp", "application/json", """
                {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},
                 "clientInfo":{"name":"test","version":"1"}}}""", "Accept: application/json, text/event-stream").body())
                .getJsonObject("result");

        assertThat(
                Stream.of(discovered, initialized).map(each -> each.getJsonObject("capabilities").getJsonObject("extensions")))
                .containsOnly(extensions);
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    private JsonObject claims() {
        return TokenIssuer.claims().put("aud", RESOURCE).put("scope", "agents tokens");
    }

    @Test
    void tokenForTheResourceIsAcceptedInAllRevisions() {
        for (Object audience : List.of(RESOURCE, new JsonArray().add("other").add(RESOURCE))) {
            String header = bearer(issuer.sign(claims().put("aud", audience)));

            assertThat(peers().statelessCall(RawHttp.ELSEWHERE, "api", "", header).body()).contains(LeanStub.TOKEN);
            assertThat(peers().mcp(RawHttp.ELSEWHERE, "", header)).contains(LeanStub.TOKEN);
        }
    }

    /** RFC 8707: a token for one of both is not for the other. */
    @Test
    void audienceIsTheResourceOverMcpAndThatOfTheSettingsOverRest() {
        String forMcp = bearer(issuer.sign(claims()));
        String forRest = bearer(issuer.sign(claims().put("aud", TokenIssuer.AUDIENCE)));
        String forBoth = bearer(issuer.sign(claims().put("aud", new JsonArray().add(TokenIssuer.AUDIENCE).add(RESOURCE))));

        assertThat(List.of(rest(forMcp), rest(forRest), rest(forBoth))).containsExactly(401, 200, 200);
        assertThat(List.of(mcp(forMcp), mcp(forRest), mcp(forBoth))).containsExactly(200, 401, 200);
        // Again, since accepted tokens are remembered.
        assertThat(List.of(rest(forMcp), rest(forRest), mcp(forMcp), mcp(forRest))).containsExactly(401, 200, 200, 401);
    }

    private int rest(String header) {
        return peers().rest(RawHttp.ELSEWHERE, "", header).status();
    }

    private int mcp(String header) {
        return peers().statelessCall(RawHttp.ELSEWHERE, "api", "", header).status();
    }

    @ParameterizedTest
    @ValueSource(strings = { "https://lean-tokens.example.com/a/mcp/", "https://lean-tokens.example.com/a",
            "https://lean-tokens.example.com", "https://LEAN-tokens.example.com/a/mcp", "http://lean-tokens.example.com/a/mcp",
            "https://lean-tokens.example.com:443/a/mcp", "https://lean-tokens.example.com/a/mcp?", "*", "" })
    void audienceThatOnlyResemblesTheResourceIsRefused(String audience) {
        assertThat(mcp(bearer(issuer.sign(claims().put("aud", audience))))).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "tokens", "agents", "tokens agent", "TOKENS AGENTS", "tokens,agents" })
    void tokenWithoutAllScopesIsToldWhichItNeeds(String scope) {
        String header = bearer(issuer.sign(claims().put("scope", scope)));

        for (RawHttp.Response response : List.of(peers().statelessCall(RawHttp.ELSEWHERE, "api", "", header),
                peers().call(RawHttp.ELSEWHERE, "api", "", header), onMcpPort("GET", "/mcp/sse", header),
                onMcpPort("GET", "/mcp", header, "Mcp-Session-Id: x"), onMcpPort("DELETE", "/mcp", header, "Mcp-Session-Id: x"),
                onMcpPort("POST", "/mcp/messages/x", header))) {
            JsonObject error = new JsonObject(response.body());

            assertThat(response.status()).isEqualTo(403);
            assertThat(error.getString("error")).isEqualTo("insufficient_scope");
            assertThat(response.headers()).containsEntry("WWW-Authenticate", CHALLENGE
                    + ", error=\"insufficient_scope\", error_description=\"" + error.getString("error_description") + "\"");
        }
        assertThat(lean.requests()).isEmpty();
    }

    /** A session that a token with the scopes has opened. */
    @Test
    void tokenWithoutAllScopesCannotUseASession() {
        String initialize = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                + "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";
        String accept = "Accept: application/json, text/event-stream";
        String session = RawHttp.post(RawHttp.ELSEWHERE, lean.mcpPort(), "/mcp", "application/json", initialize, accept,
                bearer(issuer.sign(claims()))).headers().get("Mcp-Session-Id");
        String without = bearer(issuer.sign(claims().put("scope", "tokens")));

        assertThat(session).isNotNull();
        assertThat(onMcpPort("GET", "/mcp", without, "Mcp-Session-Id: " + session).status()).isEqualTo(403);
        assertThat(onMcpPort("DELETE", "/mcp", without, "Mcp-Session-Id: " + session).status()).isEqualTo(403);
        // It has not been ended.
        assertThat(RawHttp.post(RawHttp.ELSEWHERE, lean.mcpPort(), "/mcp", "application/json",
                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}", accept, bearer(issuer.sign(claims())),
                "Mcp-Session-Id: " + session).status()).isEqualTo(200);
    }

    @Test
    void scopesOfTokensAreForMcpOnly() {
        assertThat(rest(bearer(issuer.sign(TokenIssuer.claims())))).isEqualTo(200);
    }

    /** Another token would not help: the issuer's settings decide. */
    @Test
    void leansScopeThatACallerMayNotHaveIsAnErrorOfTheTool() {
        RawHttp.Response response = peers().statelessCall(RawHttp.ELSEWHERE, "customer.1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed",
                "", bearer(issuer.sign(claims())));

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).contains("invalid_scope").contains("\"isError\":true");
    }
}
