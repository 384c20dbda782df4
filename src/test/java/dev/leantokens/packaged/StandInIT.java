package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;

/** The packaged application runs without an account at Lean. */
class StandInIT {

    private static final Pattern TOKEN = Pattern.compile("eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+");
    private static final Pattern STAND_IN = Pattern.compile("Tokens come from http://127\\.0\\.0\\.1:(\\d+)");

    @Test
    void everyCallerGetsAnUnusableTokenAndTheLogSaysSo() throws IOException {
        try (PackagedApplication application = PackagedApplication.start(Map.of("LEAN_ENVIRONMENT", "stand-in"))) {
            Peers callers = new Peers(application.port(), application.mcpPort());
            RawHttp.Response rest = callers.rest(RawHttp.ELSEWHERE);
            assertThat(rest.status()).as(rest.body()).isEqualTo(200);
            assertThat(rest.body()).containsPattern(TOKEN);
            assertThat(callers.mcp(RawHttp.ELSEWHERE)).containsPattern(TOKEN);
            assertThat(callers.statelessCall(RawHttp.ELSEWHERE, "customer.42", "").body()).containsPattern(TOKEN);

            for (String path : new String[] { "/q/health/ready", "/q/health/group/lean" }) {
                RawHttp.Response health = get(application.port(), path);
                assertThat(health.status()).isEqualTo(200);
                assertThat(health.body()).contains("tokens come from a stand-in for Lean and grant no access");
            }
            assertThat(get(application.port(), "/").body()).contains("\"warning\":\"Tokens come from a stand-in");
            assertThat(application.linesOf("WARN")).singleElement().asString()
                    .contains("STAND-IN", "LEAN_ENVIRONMENT=stand-in", "They grant no access");
            assertThat(application.log()).contains("localhost:" + application.port() + "/v1/oauth2/token")
                    .contains("Tokens of the stand-in are served at 0.0.0.0, without TLS, to everyone, without credentials")
                    .doesNotContainPattern(TOKEN);
            assertReachedOnlyByItsOwnAddress(application);
        }
    }

    @Test
    void logHasCommandsThatWorkWhereCallersNeedCredentials() {
        try (PackagedApplication application = PackagedApplication
                .start(Map.of("LEAN_ENVIRONMENT", "stand-in", "ACCESS_ANONYMOUS", "never"))) {
            Matcher command = Pattern.compile("curl -u (\\S+) -d scope=api http://localhost:" + application.port() + "/v1")
                    .matcher(application.log());
            assertThat(command.find()).as(application.log()).isTrue();
            String basic = Base64.getEncoder().encodeToString(command.group(1).getBytes(StandardCharsets.UTF_8));

            assertThat(RawHttp.post(RawHttp.LOOPBACK, application.port(), "/v1/oauth2/token",
                    "application/x-www-form-urlencoded", "scope=api", "Authorization: Basic " + basic).status()).isEqualTo(200);
        }
    }

    private static void assertReachedOnlyByItsOwnAddress(PackagedApplication application) throws IOException {
        Matcher standIn = STAND_IN.matcher(application.log());
        assertThat(standIn.find()).isTrue();
        int port = Integer.parseInt(standIn.group(1));
        new Socket(RawHttp.LOOPBACK, port).close();
        assertThatThrownBy(() -> new Socket(RawHttp.ELSEWHERE, port)).isInstanceOf(ConnectException.class);
    }

    private static RawHttp.Response get(int port, String path) {
        return RawHttp.send(RawHttp.LOOPBACK, port,
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }
}
