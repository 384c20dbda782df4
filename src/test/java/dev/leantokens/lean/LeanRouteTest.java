package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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

    /** Only the breaker for connections counts it. */
    @Test
    void silentNameServerIsAConnectFailure() {
        TestClock clock = new TestClock();
        LeanRoute route = new LeanRoute(null, null, silent, vertx, Duration.ofMillis(1),
                clock);

        CompletableFuture<Throwable> failure = route
                .through((api, onNewConnection) -> Uni.createFrom().nullItem(), clock.instant(),
                        () -> Uni.createFrom().item(true))
                .onFailure().transform(LeanFailure::translate).subscribeAsCompletionStage()
                .handle((nothing, failed) -> failed);

        assertThat(LeanFailure.isConnectFailure(failure.join())).isTrue();
        assertThat(failure.join()).hasMessageContaining("cannot be reached");
    }
}
