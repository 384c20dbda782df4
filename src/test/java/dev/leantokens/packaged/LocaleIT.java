package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;

/** Machine-readable output does not depend on the default locale. */
class LocaleIT {

    /** Arabic digits, as in one of Lean's markets, and Turkish, where the lower case of I has no dot. */
    private static final String LOCALE = "-Duser.language=tr -Duser.country=SA -Duser.extensions=u-nu-arab";
    private static final String ASCII = "\\p{ASCII}*";

    @Test
    void logAndAnswersDoNotDependOnTheLocale() {
        LeanStub lean = new LeanStub();
        lean.start();
        try (PackagedApplication application = PackagedApplication.start(Map.of("JAVA_TOOL_OPTIONS", LOCALE, "LC_ALL",
                "ar_SA.UTF-8",
                "LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(),
                "LEAN_REQUESTS_PER_MINUTE", "5", "ACCESS_LOG", "true", "ACCESS_CLIENTS_I_SECRET", "short",
                "ACCESS_CLIENTS_I_SCOPES",
                "api"))) {
            Peers callers = new Peers(application.port(), application.mcpPort());
            for (int i = 0; i < 3; i++) {
                RawHttp.Response answer = callers.token(RawHttp.LOOPBACK, "customer." + i, "");
                assertThat(answer.status()).isEqualTo(i < 2 ? 200 : 429);
                assertThat(answer.body()).matches(ASCII);
                assertThat(answer.headers().values()).allMatch(value -> value.matches(ASCII));
            }
            assertThat(callers.mcp(RawHttp.LOOPBACK)).matches(ASCII);
            assertThat(RawHttp.post(RawHttp.LOOPBACK, application.port(), "/v1/oauth2/token", "APPLICATION/JSON",
                    "{\"scope\":\"api\"}", "AUTHORIZATION: BASIC aTpzaG9ydA==").status()).as("the share of the client i")
                    .isEqualTo(200);
            for (String path : new String[] { "/q/metrics", "/q/health", "/q/openapi?format=JSON" }) {
                assertThat(RawHttp.send(RawHttp.LOOPBACK, application.port(),
                        "GET " + path + " HTTP/1.1\r\nHost: LOCALHOST\r\nConnection: close\r\n\r\n"))
                        .satisfies(answer -> assertThat(answer.status()).as(path).isEqualTo(200))
                        .satisfies(
                                answer -> assertThat(answer.body()).as(path).doesNotContainPattern("[\\u0660-\\u0669\\u0131]"));
            }
            assertThat(application.log()).contains("MCP is served at http://0.0.0.0:" + application.mcpPort(), "local client i")
                    .matches(ASCII);
        } finally {
            lean.stop();
        }
    }
}
