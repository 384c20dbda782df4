package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;

@QuarkusTest
@WithTestResource(LeanStub.class)
@TestProfile(AnonymousAlwaysTest.Always.class)
class AnonymousAlwaysTest {

    public static class Always implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("access.anonymous", "always");
        }
    }

    LeanStub lean;

    @ParameterizedTest
    @ValueSource(strings = { RawHttp.LOOPBACK, RawHttp.ELSEWHERE })
    void everyoneIsServed(String from) {
        Peers peers = new Peers(RestAssured.port, lean.mcpPort());

        assertThat(peers.rest(from).status()).isEqualTo(200);
        assertThat(peers.rest(from, "", "X-Forwarded-For: 192.0.2.1").status()).isEqualTo(200);
        assertThat(peers.mcp(from)).contains(LeanStub.TOKEN);
    }

    @Test
    void unknownClientIsStillRefused() {
        Peers peers = new Peers(RestAssured.port, lean.mcpPort());

        assertThat(peers.rest(RawHttp.LOOPBACK, ",\"client_id\":\"payments\",\"client_secret\":\"x\"").status()).isEqualTo(401);
    }
}
