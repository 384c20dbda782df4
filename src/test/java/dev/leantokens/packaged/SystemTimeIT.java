package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.testing.FakeTime;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.TestIssuer;
import dev.leantokens.testing.WatchingLean;
import io.vertx.core.json.JsonObject;

/** The system time of the machine is set while the service runs. */
class SystemTimeIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final DateTimeFormatter TIME_OF_A_LINE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS");
    private static final int LIMIT = 10;

    @TempDir
    Path folder;

    private final WatchingLean lean = new WatchingLean();
    private final TestIssuer issuer = new TestIssuer("https://idp.example.com").start();
    private FakeTime time;
    private PackagedApplication application;

    @BeforeEach
    void install() {
        time = FakeTime.in(folder);
    }

    @AfterEach
    void stop() {
        if (application != null) {
            application.close();
        }
        issuer.close();
        lean.close();
    }

    private void startWith(Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(time.environment());
        environment.putAll(Map.of("LEAN_CLIENT_ID", "client", "LEAN_CLIENT_SECRET", "secret", "LEAN_URL", lean.url(),
                "LEAN_REQUESTS_PER_MINUTE", Integer.toString(LIMIT), "ACCESS_LOG", "true"));
        environment.putAll(settings);
        application = PackagedApplication.start(environment);
    }

    /** Sets the system time of the service and waits until it has it. */
    private void set(Duration ahead) {
        time.set(ahead);
        await().atMost(PATIENCE).until(() -> {
            token("api");
            String[] lines = application.log().split("\n");
            LocalDateTime logged = LocalDateTime.parse(lines[lines.length - 1].substring(0, 23), TIME_OF_A_LINE);
            Duration found = Duration.between(Instant.now(), logged.atZone(ZoneId.systemDefault()));
            return found.minus(ahead).abs().compareTo(Duration.ofSeconds(1)) < 0;
        });
    }

    private RawHttp.Response token(String scope, String... headers) {
        return RawHttp.post(RawHttp.LOOPBACK, application.port(), "/v1/oauth2/token", "application/json",
                "{\"scope\":\"" + scope + "\"}", headers);
    }

    @Test
    void stepsOfTheSystemTimeNeitherExceedTheBudgetNorExtendATokensLife() {
        startWith(Map.of("TOKEN_MINIMUM_VALIDITY", "0s", "TOKEN_CUSTOMER_MINIMUM_VALIDITY", "0s"));
        requireUsable(token("api"));
        int customer = 0;
        for (String step : List.of("PT1S", "PT0S", "PT-10S", "PT1M", "PT1H", "PT-1H", "P1D", "PT0S")) {
            Duration ahead = Duration.parse(step);
            set(ahead);
            for (int i = 0; i < 4; i++) {
                requireUsable(token("customer." + customer++));
            }
            requireUsable(token("api"));
        }
        assertThat(lean.mostInAMinute()).isBetween(2, LIMIT);
        assertThat(application.linesOf("ERROR")).isEmpty();
        assertThat(application.log()).doesNotContain("\tat ");
    }

    /** A token, which is valid, or the error that no call is left. */
    private void requireUsable(RawHttp.Response response) {
        JsonObject body = new JsonObject(response.body());
        if (response.status() == 429) {
            return;
        }
        assertThat(response.status()).as(response.body()).isEqualTo(200);
        Duration remaining = lean.remaining(body.getString("access_token"));
        assertThat(remaining).isPositive();
        // Lean's own figure is passed on; on a busy machine, this test reads it seconds later.
        assertThat(Duration.ofSeconds(body.getLong("expires_in"))).isLessThan(remaining.plusSeconds(20));
    }

    /** As on a machine that sleeps while Lean answers: the time limit of the call goes on where it was. */
    @Test
    void tokenThatExpiredWhileTheMachineSleptIsNotIssued() throws Exception {
        startWith(Map.of("LEAN_REQUEST_TIMEOUT", "9s", "TOKEN_CUSTOMER_MINIMUM_VALIDITY", "0s"));
        requireUsable(token("api"));
        lean.issues(Duration.ofMinutes(5));
        lean.hold();
        CompletableFuture<RawHttp.Response> waiting = CompletableFuture.supplyAsync(() -> token("customer.1"));
        await().atMost(PATIENCE).until(() -> lean.callsFor("customer.1") == 1);
        set(Duration.ofMinutes(6));
        lean.release();

        RawHttp.Response response = waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(response.status()).as(response.body()).isIn(502, 504);
        assertThat(token("customer.1").status()).isEqualTo(200);
    }

    /** A machine often starts with a wrong system time, which is then set. */
    @Test
    void callersTokensAreAcceptedOnceTheSystemTimeIsRight() {
        time.set(Duration.ofHours(1));
        startWith(Map.of("ACCESS_ISSUERS_IDP_ISSUER", issuer.name(), "ACCESS_ISSUERS_IDP_AUDIENCE", TestIssuer.AUDIENCE,
                "ACCESS_ISSUERS_IDP_SCOPES", "api", "ACCESS_ISSUERS_IDP_JWKS_URL", issuer.jwksUrl(),
                "ACCESS_CALLER_CREDENTIALS", "refused"));
        await().atMost(PATIENCE).until(() -> issuer.requests() > 0);
        assertThat(asCaller().body()).contains("expired (exp)");

        set(Duration.ZERO);

        assertThat(asCaller().status()).isEqualTo(200);
        set(Duration.ofMinutes(10));
        assertThat(asCaller().body()).contains("expired (exp)");
        set(Duration.ofMinutes(-10));
        assertThat(asCaller().body()).contains("in the future (iat)");
    }

    private RawHttp.Response asCaller() {
        Date soon = Date.from(Instant.now().plusSeconds(300));
        return token("api", "Authorization: Bearer "
                + TestIssuer.sign(issuer.claims("shop").expirationTime(soon).build(), issuer.currentKey()));
    }
}
