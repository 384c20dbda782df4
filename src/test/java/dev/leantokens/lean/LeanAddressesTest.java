package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.Settings;
import dev.leantokens.token.ClientCredentials;
import io.vertx.core.Vertx;

class LeanAddressesTest {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://127.0.0.1:8080", "http://[::1]:8080" })
    void addressIsParsedOnce(String url) {
        LeanAddresses addresses = addresses(url);
        resolve(addresses).join();

        assertThat(resolve(addresses)).isDone();
        assertThat(addresses.count()).isEqualTo(1);
        addresses.stop(null);
    }

    /** The addresses of a name can change. */
    @Test
    void nameIsResolvedEachTime() {
        LeanAddresses addresses = addresses("http://localhost:8080");
        resolve(addresses).join();
        CompletableFuture<Boolean> again = new CompletableFuture<>();

        vertx.getOrCreateContext().runOnContext(nothing -> again.complete(resolve(addresses).isDone()));

        assertThat(again.join()).as("found without a worker thread").isFalse();
        addresses.stop(null);
    }

    private LeanAddresses addresses(String url) {
        return new LeanAddresses(LeanAccount.of(URI.create(url), new ClientCredentials("service", "secret")),
                Settings.of(LeanConfig.class), vertx);
    }

    private static CompletableFuture<Void> resolve(LeanAddresses addresses) {
        return addresses.resolve().subscribeAsCompletionStage();
    }
}
