package dev.leantokens.hostile.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.hostile.lean.RudeIssuer.Place;
import dev.leantokens.hostile.lean.Scenario.Outcome;
import dev.leantokens.packaged.PackagedApplication;
import dev.leantokens.testing.RawHttp;
import io.vertx.core.json.JsonObject;

/**
 * Whatever happens on connections to the servers of trusted issuers, a token that another key has signed is refused, and a
 * right one is accepted once the keys have been fetched.
 */
class RudeIssuersIT {

    /** The limit of a fetch, with room for a busy machine. */
    private static final Duration LIMIT = Duration.ofSeconds(5 + 3);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int THREADS = 16;

    private final List<RudeIssuer> issuers = new ArrayList<>();
    private final List<String> differences = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private PackagedApplication service;

    private void start() {
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_ENVIRONMENT", "stand-in", "ACCESS_ANONYMOUS", "never",
                "QUARKUS_VERTX_MAX_EVENT_LOOP_EXECUTE_TIME", "60s"));
        issuers.forEach(issuer -> issuer.addSettings(environment));
        service = PackagedApplication.startWith(List.of("-Xmx192m", "-Dio.netty.leakDetection.samplingInterval=8"),
                environment);
    }

    private void add(Scenario scenario, Place... places) {
        for (Place place : places) {
            issuers.add(new RudeIssuer("i" + issuers.size(), scenario, place));
        }
    }

    @AfterEach
    void stop() {
        service.close();
        threads.shutdownNow();
        issuers.forEach(RudeIssuer::close);
    }

    @Test
    void forgedTokensAreRefusedAndRightOnesAcceptedWhateverHappensOnConnections() {
        Scenarios.ofIssuers().forEach(scenario -> add(scenario, Place.KEYS_AT_THE_START, Place.KEYS_FOR_A_CALLER));

        play();
    }

    @Test
    void forgedTokensAreRefusedAndRightOnesAcceptedWhateverIsInDocuments() {
        Scenarios.ofDocuments().forEach(scenario -> add(scenario, Place.values()));

        play();
    }

    private void play() {
        start();
        Awaitility.await().atMost(PATIENCE).until(() -> !health().encode().contains("not fetched yet"));
        JsonObject health = health();
        for (RudeIssuer issuer : issuers) {
            boolean known = health.getString(issuer.id()).equals("1 key");
            if (issuer.place() != Place.KEYS_FOR_A_CALLER) {
                check(issuer, known ? Outcome.TOKEN : Outcome.ERROR, health.getString(issuer.id()));
            }
        }
        CompletableFuture.allOf(issuers.stream()
                .flatMap(issuer -> Stream.of(CompletableFuture.runAsync(() -> callWithRightToken(issuer), threads),
                        CompletableFuture.runAsync(() -> callWithForgedToken(issuer), threads)))
                .toArray(CompletableFuture[]::new)).join();

        assertThat(differences).isEmpty();
        Awaitility.await().atMost(PATIENCE)
                .until(() -> issuers.stream().allMatch(issuer -> issuer.server().connections().isEmpty()));
        assertThat(issuers).allSatisfy(issuer -> assertThat(issuer.server().requests()).as(issuer.toString())
                .allMatch(request -> request.nth() == 1));
        assertThat(service.log()).doesNotContain("\tat ", "Exception in thread", "LEAK", "Unhandled");
        assertThat(service.linesOf("ERROR")).isEmpty();
    }

    private JsonObject health() {
        String body = RawHttp.send(RawHttp.LOOPBACK, service.port(),
                "GET /q/health/group/issuers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").body();
        return new JsonObject(body.substring(body.indexOf('{'), body.lastIndexOf('}') + 1)).getJsonArray("checks")
                .getJsonObject(0).getJsonObject("data");
    }

    private void check(RudeIssuer issuer, Outcome outcome, String seen) {
        Outcome expected = issuer.scenario().outcome();
        if (expected != Outcome.EITHER && outcome != expected) {
            differences.add(issuer + ": " + seen);
        }
    }

    private void callWithRightToken(RudeIssuer issuer) {
        RawHttp.Response answer = call(issuer, issuer.token());
        if (issuer.place() == Place.KEYS_FOR_A_CALLER) {
            check(issuer, answer.status() == 200 ? Outcome.TOKEN : Outcome.ERROR, answer.toString());
        } else if (answer.status() != 200) {
            differences.add(issuer + ", afterwards: " + answer);
        }
        if (answer.status() != 200 && !isUnavailable(answer)) {
            differences.add(issuer + ": " + answer);
        }
    }

    private void callWithForgedToken(RudeIssuer issuer) {
        RawHttp.Response answer = call(issuer, issuer.forgedToken());
        if (answer.status() != 401 && !(isUnavailable(answer) && issuer.place() == Place.KEYS_FOR_A_CALLER)) {
            differences.add(issuer + ", with another key: " + answer);
        }
    }

    private static boolean isUnavailable(RawHttp.Response answer) {
        return answer.status() == 503 && answer.body().contains("\"error\":\"temporarily_unavailable\"")
                && answer.body().contains("the keys of the token's issuer");
    }

    private RawHttp.Response call(RudeIssuer issuer, String token) {
        long start = System.nanoTime();
        RawHttp.Response answer = RawHttp.post(RawHttp.LOOPBACK, service.port(), "/v1/oauth2/token", "application/json",
                "{\"scope\":\"api\"}", "Authorization: Bearer " + token);
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        if (taken.compareTo(LIMIT) > 0) {
            differences.add(issuer + ": answered after " + taken);
        }
        return answer;
    }
}
