package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.LeanStub;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;

@QuarkusTest
@WithTestResource(LeanStub.class)
class ResilientLeanClientTest {

    LeanStub lean;

    @Inject
    ResilientLeanClient client;

    @Inject
    Vertx vertx;

    /** As those of a batch over MCP, which wait for each other on one context. */
    @Test
    void callsThatEndOneAfterTheOtherDoNotFillTheStack() {
        lean.answers(LeanStub.json(429, "{}").withHeader("Retry-After", "20").withFixedDelay(100));
        List<CompletableFuture<TokenError>> calls = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            calls.add(new CompletableFuture<>());
        }

        vertx.getOrCreateContext().runOnContext(nothing -> calls.forEach(call -> client
                .requestToken(Requests.ofCaller("batch", "secret", true, "192.0.2.9"))
                .subscribe().with(token -> call.complete(null),
                        failure -> call
                                .complete(failure instanceof TokenException known ? known.error() : TokenError.INTERNAL))));

        // With a limit, since calls that fill the stack never end. On a busy machine, the time of the last ones is over.
        assertThat(calls).allSatisfy(call -> assertThat(call).succeedsWithin(Duration.ofSeconds(30))
                .isIn(TokenError.THROTTLED, TokenError.TOO_MANY_CALLS));
    }
}
