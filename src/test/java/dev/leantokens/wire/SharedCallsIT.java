package dev.leantokens.wire;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static dev.leantokens.testing.Callers.all;
import static dev.leantokens.testing.Callers.scope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Callers.Answer;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.TokenResponses;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;

/** Concurrent requests share calls to Lean, and get only their own tokens. */
@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = {
        @ResourceArg(name = "cache.enabled", value = "true"),
        @ResourceArg(name = "lean.requests-per-minute", value = "600"),
        // Long enough for a loaded machine.
        @ResourceArg(name = "lean.request-timeout", value = "10s"),
        @ResourceArg(name = "lean.deadline", value = "30s") })
class SharedCallsIT {

    private static final int SLOW = 1_000;

    LeanStub lean;

    private Callers callers;

    @BeforeEach
    void connect() {
        lean.reset();
        lean.givesTokensOfTheirOwn(3600);
        callers = new Callers(lean.mcpPort());
    }

    @AfterEach
    void disconnect() {
        callers.close();
    }

    @Test
    void thousandCallersOnBothAdaptersMakeOneCall() {
        lean.givesTokensOfTheirOwn(3600, SLOW);
        String scope = customer();

        List<Answer> answers = callers.onBothAdapters(1_000, scope(scope));

        assertThat(answers).hasSize(1_000).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200))
                .extracting(Answer::token).containsOnly(answers.get(0).token());
        assertThat(answers).filteredOn(answer -> answer.cacheStatus().orElse("").contains("collapsed")).isNotEmpty();
        assertThat(lean.requests()).hasSize(1);
    }

    @Test
    void eachOfFiveHundredCustomersGetsItsToken() {
        List<String> scopes = Stream.generate(SharedCallsIT::customer).limit(500).toList();

        List<Answer> answers = all(IntStream.range(0, 1_000).mapToObj(i -> i % 2 == 0
                ? callers.rest(scope(scopes.get(i / 2)))
                : callers.mcp(scope(scopes.get(i / 2)))).toList());

        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).token()).startsWith(
                    TokenResponses.prefix(LeanStub.CLIENT_ID, LeanStub.CLIENT_SECRET, scopes.get(i / 2)));
        }
        assertThat(lean.requests()).hasSize(500);
    }

    @Test
    void failureReachesAllWaitingCallersAndTheNextCallerCallsLean() {
        lean.answers(aResponse().withStatus(500).withFixedDelay(SLOW));
        String scope = customer();

        List<Answer> answers = callers.onBothAdapters(200, scope(scope));

        assertThat(answers).allSatisfy(answer -> assertThat(answer.error()).isEqualTo("temporarily_unavailable"));
        assertThat(lean.requests()).hasSize(1);

        lean.givesTokensOfTheirOwn(3600);
        assertThat(callers.rest(scope(scope)).join().status()).isEqualTo(200);
        assertThat(lean.requests()).hasSize(2);
    }

    @Test
    void requestsForAFreshTokenShareACall() {
        String scope = customer();
        String old = callers.rest(scope(scope)).join().token();
        // A token younger than a second is fresh. Its remaining seconds are rounded down.
        await().until(() -> callers.rest(scope(scope)).join().body().getInteger("expires_in") <= 3598);
        lean.givesTokensOfTheirOwn(3600, SLOW);

        List<Answer> answers = callers.onBothAdapters(100, scope(scope), "Cache-Control", "no-cache");

        assertThat(answers).extracting(Answer::token).doesNotContain(old).containsOnly(answers.get(0).token());
        assertThat(lean.requests()).hasSize(2);
        assertThat(callers.mcp(scope(scope)).join().token()).isEqualTo(answers.get(0).token());
    }

    @Test
    void clientsAndSecretsDoNotShareTokens() {
        String scope = customer();
        List<String> ids = List.of(UUID.randomUUID().toString(), UUID.randomUUID().toString());
        List<String> secrets = List.of("right", "wrong");
        for (int round = 0; round < 2; round++) {
            for (String id : ids) {
                for (String secret : secrets) {
                    assertThat(callers.onBothAdapters(4, scope(scope, id, secret))).allSatisfy(
                            answer -> assertThat(answer.token()).startsWith(TokenResponses.prefix(id, secret, scope)));
                }
            }
            assertThat(callers.rest(scope(scope)).join().token())
                    .startsWith(TokenResponses.prefix(LeanStub.CLIENT_ID, LeanStub.CLIENT_SECRET, scope));
        }

        assertThat(lean.requests()).hasSize(5);
    }

    @Test
    void wrongSecretIsRefusedAlthoughTheRightOneHasAToken() {
        String scope = customer();
        String id = UUID.randomUUID().toString();
        callers.rest(scope(scope, id, "right")).join();
        lean.answers(401, "{\"error\":\"invalid_client\"}");

        assertThat(callers.rest(scope(scope, id, "wrong")).join().status()).isEqualTo(401);
        assertThat(callers.rest(scope(scope, id, "wrong")).join().status()).isEqualTo(401);
        assertThat(callers.mcp(scope("api", id, "wrong")).join().error()).isEqualTo("invalid_client");

        // The second refusal came from the cache.
        assertThat(lean.requests()).hasSize(2);
        assertThat(callers.rest(scope(scope, id, "right")).join().status()).isEqualTo(200);
    }

    @Test
    void callThatACallerAbandonsServesTheOthers() throws IOException {
        lean.givesTokensOfTheirOwn(3600, SLOW);
        String scope = customer();
        String body = "{\"scope\":\"" + scope + "\"}";
        CompletableFuture<Answer> second;
        try (Socket first = new Socket("127.0.0.1", RestAssured.port)) {
            first.getOutputStream()
                    .write(("POST /v1/oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Content-Length: " + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            first.getOutputStream().flush();
            await().until(() -> lean.requests().size() == 1);
            second = callers.rest(scope(scope));
        }

        assertThat(second.join().status()).isEqualTo(200);
        assertThat(lean.requests()).hasSize(1);
    }

    private static String customer() {
        return "customer." + UUID.randomUUID();
    }
}
