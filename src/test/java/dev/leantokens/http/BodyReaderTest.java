package dev.leantokens.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenException;
import dev.leantokens.limits.LimitsConfig;
import dev.leantokens.testing.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;

/** Over HTTP/2, where a connection is not closed for one of its requests. */
class BodyReaderTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final LimitsConfig limits = Settings.of(LimitsConfig.class, "limits.request-time", "500ms");
    private final BodyReader reader = new BodyReader(limits);
    private HttpServer server;

    @BeforeEach
    void start() {
        server = vertx.createHttpServer().requestHandler(request -> {
            request.pause();
            request.response().headersEndHandler(answered -> UnreadBody.drain(request, vertx, limits.requestTime()));
            reader.read(request).onSuccess(body -> request.response().end(request.version() + " " + body.length))
                    .onFailure(failure -> request.response().setStatusCode(((TokenException) failure).response().status())
                            .end(failure.getMessage()));
        }).listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    }

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void endlessBodyIsRefusedInTimeWhileOtherRequestsAreServed() {
        HttpClient client = vertx.createHttpClient(new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2MaxPoolSize(1).setHttp2ClearTextUpgrade(false));
        HttpClientRequest endless = await(client.request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/"));
        CompletableFuture<Void> over = new CompletableFuture<>();
        endless.setChunked(true).exceptionHandler(over::completeExceptionally);
        endless.write("{");

        String refused = await(endless.response().compose(response -> response.body().map(
                body -> response.statusCode() + " " + body)));
        String other = await(client.request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/")
                .compose(request -> request.send("{}")).compose(HttpClientResponse::body)).toString();

        assertThat(refused).startsWith("400 ").contains("did not arrive in time");
        assertThat(other).isEqualTo("HTTP_2 2");
        assertThat(over).as("the stream is reset").failsWithin(PATIENCE).withThrowableThat().havingCause()
                .isInstanceOf(StreamResetException.class);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
}
