package dev.leantokens.hostile.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.hostile.lean.Scenario.Outcome;
import dev.leantokens.hostile.lean.Step.Act;
import dev.leantokens.hostile.lean.Step.SendPart;
import dev.leantokens.packaged.PackagedApplication;
import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RawServer;
import dev.leantokens.testing.RudeLean;
import dev.leantokens.testing.TestIssuer;
import io.vertx.core.json.JsonObject;

/** Whatever a forward proxy answers, each caller gets its own token or a documented error, and the proxy sees no secret. */
class RudeProxiesIT {

    private static final Duration DEADLINE = Duration.ofSeconds(6);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int CALLERS = 12;
    /** The start of a record of TLS. */
    private static final String HANDSHAKE = "\26\3";
    private static final String PASSWORD = "s3cr3t-of-the-proxy";

    @TempDir
    static Path folder;

    private static final Authority AUTHORITY = new Authority("authority");
    private static final Map<String, TestIssuer> ISSUERS = new HashMap<>();
    /** In front of the server of each issuer. */
    private static final Map<String, RudeProxy> ISSUERS_PROXIES = new LinkedHashMap<>();
    private static final Map<String, Scenario> ISSUERS_SCENARIOS = new HashMap<>();
    private static RawServer lean;
    private static RawServer keys;
    private static RudeProxy proxy;
    private static PackagedApplication service;
    private static Callers callers;
    private static Crowd crowd;
    private static int logRead;

    @BeforeAll
    static void start() {
        lean = RawServer.start(Certificates.context(AUTHORITY.issue("lean", "localhost")));
        lean.answers(RudeLean.POLITE);
        keys = RawServer.start(Certificates.context(AUTHORITY.issue("keys", "localhost")));
        keys.answersOnce((connection, request) -> connection
                .write(RawServer.response("200 OK", ISSUERS.get(request.head().split("[/ ]")[2]).jwks())));
        proxy = new RudeProxy(lean.port());
        String ca = Certificates.write(folder.resolve("ca.crt"), AUTHORITY.pem()).toString();
        Map<String, String> environment = new HashMap<>(Map.of(
                "LEAN_URL", lean.url(),
                "LEAN_CLIENT_ID", LeanStub.CLIENT_ID,
                "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET,
                "LEAN_TLS_CA", ca,
                "LEAN_REQUESTS_PER_MINUTE", "10000",
                "LEAN_BREAKER_REQUEST_VOLUME", "1000",
                "LEAN_BREAKER_FAILURE_RATIO", "1",
                "LEAN_MAX_ATTEMPTS", "1",
                "LEAN_DEADLINE", DEADLINE.toSeconds() + "s"));
        environment.putAll(Map.of(
                "LEAN_PROXY_URL", proxy.url(),
                "LEAN_PROXY_USERNAME", "service",
                "LEAN_PROXY_PASSWORD", PASSWORD,
                // For handshakes on a busy machine.
                "LEAN_CONNECT_TIMEOUT", "2500ms",
                "LEAN_REQUEST_TIMEOUT", "2500ms",
                "QUARKUS_VERTX_MAX_EVENT_LOOP_EXECUTE_TIME", "60s"));
        Scenarios.ofProxies().forEach(scenario -> addIssuer(scenario, ca, environment));
        service = PackagedApplication.startWith(List.of("-Xmx192m", "-Dio.netty.leakDetection.samplingInterval=8"),
                environment);
        callers = new Callers(service.port(), service.mcpPort());
        crowd = new Crowd(callers, DEADLINE);
    }

    private static void addIssuer(Scenario scenario, String ca, Map<String, String> environment) {
        String id = "i" + ISSUERS.size();
        RudeProxy between = new RudeProxy(keys.port());
        between.plays(number -> number == 1 ? scenario : RudeProxy.POLITE);
        ISSUERS.put(id, new TestIssuer("issuer-" + id));
        ISSUERS_PROXIES.put(id, between);
        ISSUERS_SCENARIOS.put(id, scenario);
        String prefix = "ACCESS_ISSUERS_" + id.toUpperCase() + "_";
        environment.put(prefix + "ISSUER", "issuer-" + id);
        environment.put(prefix + "AUDIENCE", TestIssuer.AUDIENCE);
        environment.put(prefix + "SCOPES", "api");
        environment.put(prefix + "JWKS_URL", keys.url() + "/" + id);
        environment.put(prefix + "CA", ca);
        environment.put(prefix + "PROXY_URL", between.url());
    }

    @AfterAll
    static void stop() {
        callers.close();
        service.close();
        proxy.close();
        ISSUERS_PROXIES.values().forEach(RudeProxy::close);
        lean.close();
        keys.close();
    }

    @Test
    void callersGetTheirTokensThroughTunnelsThatAreOpened() {
        Scenarios.ofProxies().filter(scenario -> scenario.outcome() != Outcome.ERROR)
                .forEach(scenario -> round(List.of(scenario), scenario.outcome()));
        end();
    }

    @Test
    void callersGetADocumentedErrorIfNoTunnelIsOpened() {
        List<Scenario> all = Scenarios.ofProxies().filter(scenario -> scenario.outcome() == Outcome.ERROR).toList();
        for (int first = 0; first < all.size(); first += CALLERS) {
            round(all.subList(first, Math.min(all.size(), first + CALLERS)), Outcome.ERROR);
        }
        end();
    }

    @Test
    void connectionToTheProxyMayEndAtEveryByte() {
        List<Scenario> all = Stream.of(Act.FINISH, Act.RESET).flatMap(end -> IntStream.range(0, Scenarios.TUNNEL.length())
                .mapToObj(bytes -> Scenario.fails(end + " after " + bytes, new SendPart(Scenarios.TUNNEL, bytes), end)))
                .toList();
        for (int first = 0; first < all.size(); first += CALLERS) {
            round(all.subList(first, Math.min(all.size(), first + CALLERS)), Outcome.ERROR);
        }
        end();
    }

    /** @param scenarios those of the connections, in turn */
    private static void round(List<Scenario> scenarios, Outcome outcome) {
        proxy.server().reset();
        Awaitility.await().until(() -> lean.connections().isEmpty());
        lean.reset();
        proxy.plays(number -> scenarios.get(number % scenarios.size()));
        try {
            crowd.call(CALLERS, true, outcome);
            Awaitility.await().alias("connections without a tunnel are closed").atMost(PATIENCE)
                    .until(() -> proxy.server().connections().stream().noneMatch(RawServer.Connection::isSpoilt));
            if (outcome == Outcome.ERROR) {
                assertThat(lean.requests()).isEmpty();
            }
            // Each tunnel starts with a handshake of TLS.
            assertThat(proxy.sent()).allSatisfy(segment -> assertThat(segment).startsWith(HANDSHAKE));
            assertThat(proxy.server().requests()).allSatisfy(request -> assertThat(request.head() + request.body())
                    .startsWith("CONNECT localhost:" + lean.port() + " HTTP/1.1\r\n").doesNotContain("s3cr3t"));
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(scenarios + ": " + e.getMessage(), e);
        }
    }

    private static void end() {
        round(List.of(RudeProxy.POLITE), Outcome.TOKEN);
        String log = service.log();
        String added = log.substring(logRead);
        logRead = log.length();
        assertThat(added).doesNotContain("\tat ", "Exception in thread", "LEAK", "s3cr3t", "token-of-", "Unhandled");
        assertThat(added).doesNotContain(
                Base64.getEncoder().encodeToString(("service:" + PASSWORD).getBytes(StandardCharsets.US_ASCII)));
        assertThat(service.linesOf("ERROR")).allSatisfy(line -> assertThat(line).contains("LEAN_UNTRUSTED"));
    }

    @Test
    void keysOfIssuersAreFetchedOnceATunnelIsOpened() {
        proxy.server().reset();
        proxy.plays(number -> RudeProxy.POLITE);
        Awaitility.await().atMost(PATIENCE).until(() -> !health().encode().contains("not fetched yet"));
        JsonObject health = health();
        List<String> differences = new ArrayList<>();
        ISSUERS_SCENARIOS.forEach((id, scenario) -> {
            Outcome outcome = health.getString(id).equals("1 key") ? Outcome.TOKEN : Outcome.ERROR;
            if (scenario.outcome() != Outcome.EITHER && scenario.outcome() != outcome) {
                differences.add(scenario + ": " + health.getString(id));
            }
        });
        ISSUERS.forEach((id, issuer) -> {
            RawHttp.Response answer = RawHttp.post(RawHttp.LOOPBACK, service.port(), "/v1/oauth2/token", "application/json",
                    "{\"scope\":\"api\"}", "Authorization: Bearer " + issuer.token("payments", Map.of()));
            if (answer.status() != 200) {
                differences.add(ISSUERS_SCENARIOS.get(id) + ", afterwards: " + answer);
            }
        });
        assertThat(differences).isEmpty();
        Awaitility.await().atMost(PATIENCE).until(() -> ISSUERS_PROXIES.values().stream()
                .allMatch(between -> between.server().connections().isEmpty()));
        assertThat(ISSUERS_PROXIES.values()).allSatisfy(between -> assertThat(between.server().heads())
                .allSatisfy(head -> assertThat(head).startsWith("CONNECT localhost:" + keys.port() + " HTTP/1.1\r\n")));
    }

    private static JsonObject health() {
        String body = RawHttp.send(RawHttp.LOOPBACK, service.port(),
                "GET /q/health/group/issuers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").body();
        return new JsonObject(body.substring(body.indexOf('{'), body.lastIndexOf('}') + 1)).getJsonArray("checks")
                .getJsonObject(0).getJsonObject("data");
    }
}
