package dev.leantokens.testing;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;

/** A proxy that distributes requests among replicas in turn. */
public final class RoundRobin implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient();
    private final AtomicInteger next = new AtomicInteger();
    private final List<Integer> replicas;
    private final HttpServer server;

    public RoundRobin(Integer... replicas) {
        this.replicas = List.of(replicas);
        this.server = wait(vertx.createHttpServer().requestHandler(this::handOn).listen(0, RawHttp.LOOPBACK));
    }

    public int port() {
        return server.actualPort();
    }

    private void handOn(HttpServerRequest request) {
        request.pause();
        client.request(request.method(), replicas.get(next.getAndIncrement() % replicas.size()), RawHttp.LOOPBACK,
                request.uri())
                .compose(passedOn -> send(request, passedOn))
                .onSuccess(answer -> {
                    request.response().setStatusCode(answer.statusCode());
                    request.response().headers().setAll(answer.headers());
                    answer.pipeTo(request.response());
                })
                .onFailure(gone -> request.response().setStatusCode(502).end());
    }

    private static Future<HttpClientResponse> send(HttpServerRequest request, HttpClientRequest passedOn) {
        passedOn.headers().setAll(request.headers());
        return passedOn.send(request);
    }

    private static <T> T wait(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    @Override
    public void close() {
        wait(vertx.close());
    }
}
