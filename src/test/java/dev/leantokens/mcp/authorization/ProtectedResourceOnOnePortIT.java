package dev.leantokens.mcp.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.TokenIssuer;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.vertx.core.json.JsonObject;

/** MCP as a protected resource on the port that both adapters share: only MCP is the resource. */
@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = @ResourceArg(name = LeanStub.WITHOUT_MCP_PORT, value = ""))
@WithTestResource(TokenIssuer.class)
@TestProfile(ProtectedResourceOnOnePortIT.OnePort.class)
class ProtectedResourceOnOnePortIT {

    private static final String RESOURCE = "https://lean-tokens.example.com/mcp";

    public static class OnePort implements QuarkusTestProfile {

        /** Shared by all instances of the profile. */
        private static final String PORT = Integer.toString(FreePorts.next());

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.http.port", PORT, "quarkus.http.test-port", PORT, "mcp.port", PORT,
                    "mcp.oauth-resource", RESOURCE, "mcp.oauth-issuers", TokenIssuer.ID);
        }
    }

    TokenIssuer issuer;

    private static Peers peers() {
        return new Peers(RestAssured.port, RestAssured.port);
    }

    private static RawHttp.Response get(String path, String header) {
        return RawHttp.send(RawHttp.ELSEWHERE, RestAssured.port,
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\nConnection: close\r\n\r\n");
    }

    @Test
    void metadataIsServedWithoutCredentials() {
        for (String path : new String[] { "", "/mcp" }) {
            RawHttp.Response response = get("/.well-known/oauth-protected-resource" + path, "Authorization: Bearer wrong");

            assertThat(response.status()).isEqualTo(200);
            assertThat(new JsonObject(response.body()).getString("resource")).isEqualTo(RESOURCE);
        }
        assertThat(get("/.well-known/oauth-protected-resource/other", "Accept: */*").status()).isEqualTo(404);
        assertThat(get("/.well-known/agent-skills/index.json", "Accept: */*").status()).isEqualTo(200);
    }

    @Test
    void onlyTheChallengeOfMcpNamesTheMetadata() {
        assertThat(peers().rest(RawHttp.ELSEWHERE).headers()).containsEntry("WWW-Authenticate",
                ProtectedResourceOffTest.CHALLENGE);
        assertThat(peers().statelessCall(RawHttp.ELSEWHERE, "api", "").headers().get("WWW-Authenticate"))
                .startsWith("Bearer resource_metadata=\"https://lean-tokens.example.com/.well-known/oauth-protected-resource"
                        + "/mcp\", Basic ");
    }

    @Test
    void onlyMcpNeedsTokensForTheResource() {
        String forMcp = "Authorization: Bearer " + issuer.sign(TokenIssuer.claims().put("aud", RESOURCE));
        String forRest = "Authorization: Bearer " + issuer.sign(TokenIssuer.claims());

        assertThat(peers().rest(RawHttp.ELSEWHERE, "", forMcp).status()).isEqualTo(401);
        assertThat(peers().rest(RawHttp.ELSEWHERE, "", forRest).status()).isEqualTo(200);
        assertThat(peers().statelessCall(RawHttp.ELSEWHERE, "api", "", forMcp).body()).contains(LeanStub.TOKEN);
        assertThat(peers().statelessCall(RawHttp.ELSEWHERE, "api", "", forRest).status()).isEqualTo(401);
    }
}
