package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;

/** Anonymous callers with the default configuration, which serves those on this machine. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class CallersTest {

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    private Peers peers() {
        return new Peers(RestAssured.port, lean.mcpPort());
    }

    @Test
    void peerOnTheLoopbackAddressIsServed() {
        assertThat(peers().rest(RawHttp.LOOPBACK).status()).isEqualTo(200);
        assertThat(peers().mcp(RawHttp.LOOPBACK)).contains(LeanStub.TOKEN);
    }

    @Test
    void peerElsewhereIsRejected() {
        RawHttp.Response response = peers().rest(RawHttp.ELSEWHERE);

        assertThat(response.status()).isEqualTo(401);
        assertThat(response.headers()).containsKey("WWW-Authenticate");
        assertThat(response.body()).contains("invalid_client").doesNotContain("proxies");
        assertThat(peers().mcp(RawHttp.ELSEWHERE)).contains("invalid_client").contains("\"isError\":true");
        assertThat(lean.requests()).isEmpty();
    }

    @Test
    void peerElsewhereIsServedWithItsLeanCredentials() {
        String own = ",\"client_id\":\"%s\",\"client_secret\":\"%s\"".formatted(LeanStub.CALLERS_ID, LeanStub.CALLERS_SECRET);

        assertThat(peers().rest(RawHttp.ELSEWHERE, own).status()).isEqualTo(200);
        assertThat(peers().mcp(RawHttp.ELSEWHERE, own)).contains(LeanStub.TOKEN);
        assertThat(lean.requests()).hasSize(2)
                .allMatch(request -> request.formParameter("client_id").firstValue().equals(LeanStub.CALLERS_ID));
    }

    @ParameterizedTest
    @ValueSource(strings = { "Forwarded: for=127.0.0.1", "forwarded:", "X_Forwarded_For: 127.0.0.1", "Via: 1.1 proxy",
            "X-Amzn-Trace-Id: Root=1" })
    void requestThroughAProxyIsNotFromThisMachine(String header) {
        RawHttp.Response refused = peers().rest(RawHttp.LOOPBACK, "", header);

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.body()).contains("a header that proxies add").doesNotContain("127.0.0.1");
        assertThat(peers().mcp(RawHttp.LOOPBACK, "", header)).contains("invalid_client");
        assertThat(lean.requests()).isEmpty();
    }

    @Test
    void claimedLoopbackAddressIsNotTrusted() {
        Stream.of("X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "Host: localhost").forEach(header -> assertThat(
                peers().rest(RawHttp.ELSEWHERE, "", header).status()).as(header).isEqualTo(401));
    }
}
