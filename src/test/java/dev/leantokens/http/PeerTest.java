package dev.leantokens.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;

class PeerTest {

    private final Vertx vertx = Vertx.vertx();
    private final List<Peer> peers = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() {
        server = await(vertx.createHttpServer().requestHandler(request -> {
            peers.add(Peer.of(request.connection()));
            request.response().end();
        }).listen(0, "127.0.0.1"));
    }

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @ParameterizedTest
    @EnumSource(value = HttpVersion.class, names = { "HTTP_1_1", "HTTP_2" })
    void requestsOfAConnectionShareItsPeer(HttpVersion version) {
        HttpClient client = client(version, "127.0.0.1");

        request(client);
        request(client);

        assertThat(peers).hasSize(2).containsOnly(new Peer("127.0.0.1", true));
        assertThat(peers.get(0)).isSameAs(peers.get(1));
    }

    @Test
    void eachConnectionHasItsOwn() {
        request(client(HttpVersion.HTTP_1_1, "127.0.0.1"));
        request(client(HttpVersion.HTTP_1_1, "127.0.0.2"));

        assertThat(peers).extracting(Peer::address).containsExactly("127.0.0.1", "127.0.0.2");
    }

    @ParameterizedTest
    @ValueSource(strings = { "127.0.0.1", "0:0:0:0:0:0:0:1", "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1%lo" })
    void loopbackAddressIsRecognizedInEachForm(String address) {
        assertThat(Peer.isLoopback(address)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "0.0.0.0", "192.0.2.1", "2001:db8:0:0:0:0:0:1", "::ffff:192.0.2.1" })
    void otherAddressIsNotLoopback(String address) {
        assertThat(Peer.isLoopback(address)).isFalse();
    }

    private HttpClient client(HttpVersion version, String localAddress) {
        return vertx.createHttpClient(new HttpClientOptions().setProtocolVersion(version).setHttp2ClearTextUpgrade(false)
                .setLocalAddress(localAddress).setMaxPoolSize(1).setHttp2MaxPoolSize(1));
    }

    private void request(HttpClient client) {
        await(client.request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/").compose(request -> request.send()));
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
