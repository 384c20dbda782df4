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
                "ACCESS_LOG", "true"));
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

    /** For Lean, less than a minute has passed. */
    @Test
    void stepsOfTheSystemTimeDoNotExceedTheBudget() {
        startWith(Map.of("LEAN_REQUESTS_PER_MINUTE", Integer.toString(LIMIT)));
        int customer = 0;
        for (String step : List.of("PT0S", "PT1S", "PT-10S", "PT1M", "PT1H", "PT-1H", "P1D")) {
            set(Duration.parse(step));
            for (int i = 0; i <= LIMIT; i++) {
                assertThat(token("customer." + customer++).status()).isIn(200, 429);
            }
        }
        assertThat(lean.mostInAMinute()).isEqualTo(LIMIT);
        requireQuietLog();
    }

    /** By Lean's clock, which nothing changes. */
    @Test
    void stepsOfTheSystemTimeDoNotExtendATokensLife() {
        startWith(Map.of("TOKEN_MINIMUM_VALIDITY", "0s"));
        lean.issues(Duration.ofSeconds(4));
        for (String step : List.of("PT1S", "PT-10S", "PT1M", "PT1H", "PT-1H", "P1D", "P-1D")) {
            String before = requireValid("api");
            set(Duration.parse(step));
            requireValid("api");
            await().atMost(PATIENCE).until(() -> lean.remaining(before).isNegative());
            assertThat(requireValid("api")).isNotEqualTo(before);
        }
        requireQuietLog();
    }

    /** @return the token, which was valid when it was requested, for as long as it says */
    private String requireValid(String scope) {
        long asked = System.nanoTime();
        RawHttp.Response response = token(scope);
        assertThat(response.status()).as(response.body()).isEqualTo(200);
        JsonObject body = new JsonObject(response.body());
        String token = body.getString("access_token");
        Duration remaining = lean.remaining(token).plusNanos(System.nanoTime() - asked);
        assertThat(remaining).isPositive();
        assertThat(Duration.ofSeconds(body.getLong("expires_in"))).isLessThanOrEqualTo(remaining.plusSeconds(1));
        return token;
    }

    private void requireQuietLog() {
        assertThat(application.linesOf("ERROR")).isEmpty();
        assertThat(application.log()).doesNotContain("\tat ");
    }

    /** As on a machine that sleeps while Lean answers: the time limit of the call goes on where it was. */
    @Test
    void tokenThatExpiredWhileTheMachineSleptIsNotIssued() throws Exception {
        startWith(Map.of("LEAN_REQUEST_TIMEOUT", "30s", "LEAN_DEADLINE", "40s", "TOKEN_CUSTOMER_MINIMUM_VALIDITY", "0s"));
        requireValid("api");
        lean.issues(Duration.ofMinutes(5));
        lean.hold();
        CompletableFuture<RawHttp.Response> waiting = CompletableFuture.supplyAsync(() -> token("customer.1"));
        await().atMost(PATIENCE).until(() -> lean.callsFor("customer.1") == 1);
        set(Duration.ofMinutes(6));
        lean.release();

        RawHttp.Response response = waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(response.status()).as(response.body()).isEqualTo(502);
        assertThat(response.body()).contains("expired before it was read");
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
