package dev.leantokens.mcp.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import dev.leantokens.testing.TokenIssuer;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.json.JsonObject;

/** Without a resource, no client is led to log in, also if issuers are trusted: some drop a configured header then. */
@QuarkusTest
@WithTestResource(value = LeanStub.class, initArgs = @ResourceArg(name = "access.caller-credentials", value = "refused"))
@WithTestResource(TokenIssuer.class)
class ProtectedResourceOffTest {

    static final String CHALLENGE = "Basic realm=\"lean-authentication-tokens\", charset=\"UTF-8\", "
            + "Bearer realm=\"lean-authentication-tokens\"";

    LeanStub lean;
    TokenIssuer issuer;

    @ParameterizedTest
    @ValueSource(strings = { "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
            "/.well-known/oauth-protected-resource/" })
    void metadataIsAnUnknownPath(String path) {
        for (int port : new int[] { RestAssured.port, lean.mcpPort() }) {
            for (String method : List.of("GET", "HEAD", "OPTIONS", "POST")) {
                for (String header : List.of("Accept: */*", "Authorization: Bearer wrong", "Host: rebound.example")) {
                    assertThat(request(port, method, path, header)).as(method + " " + header)
                            .isEqualTo(request(port, method, "/.well-known/unknown", header));
                }
                assertThat(request(port, method, path, "Accept: */*").status()).as(method).isEqualTo(404);
            }
        }
    }

    private static RawHttp.Response request(int port, String method, String path, String header) {
        return RawHttp.send(RawHttp.LOOPBACK, port, method + " " + path + " HTTP/1.1\r\n"
                + (header.startsWith("Host:") ? "" : "Host: localhost\r\n") + header
                + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }

    @Test
    void challengeNamesNoMetadata() {
        Peers peers = new Peers(RestAssured.port, lean.mcpPort());
        for (RawHttp.Response response : List.of(peers.rest(RawHttp.ELSEWHERE),
                peers.statelessCall(RawHttp.ELSEWHERE, "api", ""), peers.call(RawHttp.ELSEWHERE, "api", ""),
                peers.call(RawHttp.LOOPBACK, "api", "", "Authorization: Bearer wrong"),
                peers.call(RawHttp.LOOPBACK, "api", "",
                        "Authorization: Bearer " + issuer.sign(TokenIssuer.claims().put("aud", "other"))))) {
            assertThat(response.status()).isEqualTo(401);
            assertThat(response.headers()).containsEntry("WWW-Authenticate", CHALLENGE);
        }
    }

    @Test
    void extensionIsNotDeclared() {
        assertThat(StatelessMcp.result(new StatelessMcp(lean.mcpPort()).send("server/discover", new JsonObject()))
                .getJsonObject("capabilities")).isEqualTo(McpCalls.CAPABILITIES);
    }

    @Test
    void tokenIsAcceptedWithTheAudienceOfTheSettingsOnBothPorts() {
        Peers peers = new Peers(RestAssured.port, lean.mcpPort());
        String header = "Authorization: Bearer " + issuer.sign(TokenIssuer.claims());

        assertThat(peers.rest(RawHttp.ELSEWHERE, "", header).status()).isEqualTo(200);
        assertThat(peers.statelessCall(RawHttp.ELSEWHERE, "api", "", header).body()).contains(LeanStub.TOKEN);
    }
}
