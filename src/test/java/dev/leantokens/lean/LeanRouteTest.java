package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.lean.Breaker.Sign;
import dev.leantokens.testing.Settings;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.ClientCredentials;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

class LeanRouteTest {

    private final Vertx vertx = Vertx.vertx();
    private final LeanAddresses silent = new LeanAddresses(
            LeanAccount.of(URI.create("https://lean"), new ClientCredentials("service", "secret")),
            Settings.of(LeanConfig.class), vertx) {

        @Override
        Uni<Void> resolve() {
            return Uni.createFrom().nothing();
        }
    };

    @AfterEach
    void close() {
        silent.stop(null);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** A call that ends long after its time limit: all calls in progress do, and Lean may be fine. */
    @Test
    void failureAfterAStopOfThisProcessSaysNothingAboutLean() {
        Throwable late = failureAfter(Duration.ofMillis(6_001));

        assertThat(LeanBreaker.isFailureOfLean(late)).isFalse();
        assertThat(LeanBreaker.signOfLean(late)).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfConnection(late)).isEqualTo(Sign.NONE);
        assertThat(late).hasFieldOrPropertyWithValue("error", TokenError.LEAN_TIMED_OUT);
        assertThat(LeanBreaker.isFailureOfLean(failureAfter(Duration.ofMillis(6_000)))).isTrue();
    }

    /** @param passed from the start of a call that may take 3 seconds */
    private Throwable failureAfter(Duration passed) {
        TestClock clock = new TestClock();
        LeanAddresses fails = new LeanAddresses(
                LeanAccount.of(URI.create("https://lean"), new ClientCredentials("service", "secret")),
                Settings.of(LeanConfig.class), vertx) {

            @Override
            Uni<Void> resolve() {
                clock.advance(passed);
                return Uni.createFrom().failure(new IOException("broken"));
            }
        };
        LeanRoute route = new LeanRoute(null, null, fails, vertx, Duration.ofSeconds(3), clock);
        return route.through((api, onNewConnection) -> Uni.createFrom().nullItem(), false, clock.instant(),
                () -> Uni.createFrom().item(true))
                .onFailure().transform(LeanFailure::translate).subscribeAsCompletionStage()
                .handle((nothing, failed) -> failed).join();
    }

    /** Only the breaker for connections counts it. */
    @Test
    void silentNameServerIsAConnectFailure() {
        TestClock clock = new TestClock();
        LeanRoute route = new LeanRoute(null, null, silent, vertx, Duration.ofMillis(1),
                clock);

        CompletableFuture<Throwable> failure = route
                .through((api, onNewConnection) -> Uni.createFrom().nullItem(), false, clock.instant(),
                        () -> Uni.createFrom().item(true))
                .onFailure().transform(LeanFailure::translate).subscribeAsCompletionStage()
                .handle((nothing, failed) -> failed);

        assertThat(LeanFailure.isConnectFailure(failure.join())).isTrue();
        assertThat(failure.join()).hasMessageContaining("cannot be reached");
    }
}
