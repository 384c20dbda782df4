package dev.leantokens.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;

/** Over HTTP/2, where requests share a connection and its window for their bodies. */
class UnreadBodyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Buffer LARGEST = Buffer.buffer(new byte[BodyReader.MAX_BYTES]);

    private final Vertx vertx = Vertx.vertx();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private HttpClient client;

    @BeforeEach
    void start() {
        server = await(vertx.createHttpServer().requestHandler(request -> {
            request.pause();
            request.response().headersEndHandler(answered -> UnreadBody.drain(request, vertx, Duration.ofHours(1)));
            request.response().setStatusCode(401).end("refused");
        }).listen(0, "127.0.0.1"));
        client = vertx.createHttpClient(new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2MaxPoolSize(1).setHttp2ClearTextUpgrade(false));
    }

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    private HttpClientRequest request() {
        return await(client.request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/"));
    }

    @Test
    void refusedBodiesDoNotBlockTheirConnection() {
        for (int i = 0; i < 20; i++) {
            HttpClientRequest request = request();
            request.exceptionHandler(failures::add);

            assertThat(await(request.send(LARGEST)).statusCode()).isEqualTo(401);
        }
        assertThat(failures).as("streams that were reset").isEmpty();
    }

    @Test
    void streamWithATooLongBodyIsResetAfterItsResponse() {
        HttpClientRequest request = request();
        CompletableFuture<Void> over = new CompletableFuture<>();
        request.setChunked(true).exceptionHandler(over::completeExceptionally);
        request.write(LARGEST);

        assertThat(await(request.response()).statusCode()).isEqualTo(401);
        assertThat(over).isNotDone();
        request.write(Buffer.buffer("x"));

        assertThat(over).failsWithin(PATIENCE).withThrowableThat().havingCause().isInstanceOf(StreamResetException.class);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
}
