package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
@TestProfile(AnonymousNeverTest.Never.class)
class AnonymousNeverTest {

    public static class Never implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("access.anonymous", "never", "access.own-credentials", "refused");
        }
    }

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    @Test
    void noOneIsServedWithoutCredentials() {
        Peers peers = new Peers(RestAssured.port, lean.mcpPort());

        assertThat(peers.rest(RawHttp.LOOPBACK).status()).isEqualTo(401);
        assertThat(peers.mcp(RawHttp.LOOPBACK)).contains("invalid_client");
        assertThat(lean.requests()).isEmpty();
    }

    @Test
    void noOnesOwnLeanCredentialsAreTaken() {
        Peers peers = new Peers(RestAssured.port, lean.mcpPort());
        String own = ",\"client_id\":\"%s\",\"client_secret\":\"%s\"".formatted(LeanStub.CALLERS_ID, LeanStub.CALLERS_SECRET);

        assertThat(peers.rest(RawHttp.LOOPBACK, own).status()).isEqualTo(401);
        assertThat(peers.mcp(RawHttp.LOOPBACK, own)).contains("invalid_client");
        assertThat(lean.requests()).isEmpty();
    }
}
