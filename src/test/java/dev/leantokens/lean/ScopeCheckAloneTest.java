package dev.leantokens.lean;

import static dev.leantokens.testing.Callers.all;
import static dev.leantokens.testing.Callers.scope;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Callers.Answer;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RudeLean;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.http.HttpClientRequest;

/**
 * Without connection guards, one request receives another's response; the scope check alone still prevents a wrong token.
 * Has no {@code IT} twin, since the packaged application always has its guards.
 */
@QuarkusTest
@TestProfile(ScopeCheckAloneTest.Unguarded.class)
@WithTestResource(value = RudeLean.class, initArgs = {
        @ResourceArg(name = "cache.enabled", value = "true"),
        @ResourceArg(name = "lean.max-attempts", value = "1") })
class ScopeCheckAloneTest {

    private static final int CALLERS = 50;
    private static final int ROUNDS = 5;

    RudeLean lean;

    public static class Unguarded implements QuarkusTestProfile {

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(NoGuards.class);
        }
    }

    @Alternative
    @Singleton
    static class NoGuards extends ConnectionGuards {

        NoGuards(LeanConfig config, LeanAddresses addresses) {
            super(config, addresses);
        }

        @Override
        void prepare(HttpClientRequest request) {
            // Installs no guard.
        }
    }

    @Test
    void tokenOfAnotherScopeIsNeitherIssuedNorCached() {
        lean.answers((connection, request) -> {
            connection.write("HTTP/1.1 102 Processing\r\n\r\n");
            connection.awaitNext(Duration.ofSeconds(1));
            connection.write(RudeLean.okay(request));
        });
        List<String> scopes = new ArrayList<>();
        int wrong = 0;
        try (Callers callers = new Callers(lean.mcpPort())) {
            for (int round = 0; round < ROUNDS; round++) {
                List<String> some = IntStream.range(0, CALLERS).mapToObj(i -> "customer." + UUID.randomUUID()).toList();
                List<CompletableFuture<Answer>> answers = new ArrayList<>();
                for (int i = 0; i < CALLERS; i++) {
                    answers.add(i % 2 == 0 ? callers.rest(scope(some.get(i))) : callers.mcp(scope(some.get(i))));
                }
                List<Answer> all = all(answers);
                for (int i = 0; i < CALLERS; i++) {
                    if (all.get(i).status() == 200) {
                        assertThat(all.get(i).token()).isEqualTo(RudeLean.token(some.get(i), LeanStub.CLIENT_ID));
                    } else if (all.get(i).body().getString("error_description", "").contains("scope")) {
                        wrong++;
                    }
                }
                scopes.addAll(some);
            }
            assertThat(wrong).as("tokens of another scope that arrived").isPositive();

            lean.reset();
            for (String scope : scopes) {
                assertThat(callers.rest(scope(scope)).join().token()).isEqualTo(RudeLean.token(scope, LeanStub.CLIENT_ID));
            }
        }
    }
}
