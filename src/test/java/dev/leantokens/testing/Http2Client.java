package dev.leantokens.testing;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.restassured.RestAssured;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;

/** Sends requests to the main port by HTTP/2 over plain TCP, which it starts with: the service ignores offers to upgrade. */
public final class Http2Client implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient(
            new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));

    /** What the service has answered. */
    public record Response(HttpVersion version, int status, String body) {
    }

    /** Sends a request whose size is declared. */
    public Response post(String path, String contentType, Buffer body) {
        return post(path, request -> request.putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length())), body);
    }

    public Response postWithoutSize(String path, String contentType, Buffer body) {
        return post(path, request -> request.putHeader(HttpHeaders.CONTENT_TYPE, contentType).setChunked(true), body);
    }

    private Response post(String path, Consumer<HttpClientRequest> headers, Buffer body) {
        return client.request(HttpMethod.POST, RestAssured.port, "localhost", path).compose(request -> {
            headers.accept(request);
            // The service can answer before it has received the whole body.
            request.end(body);
            return request.response();
        }).compose(response -> response.body()
                .map(content -> new Response(response.version(), response.statusCode(), content.toString())))
                .toCompletionStage().toCompletableFuture().join();
    }

    /** @return the response without what follows the text in its body, which may be endless */
    public Response getUntil(String path, String text) {
        CompletableFuture<Response> seen = new CompletableFuture<>();
        client.request(HttpMethod.GET, RestAssured.port, "localhost", path).compose(HttpClientRequest::send)
                .onSuccess(response -> {
                    Buffer body = Buffer.buffer();
                    response.handler(data -> {
                        if (body.appendBuffer(data).toString().contains(text)) {
                            seen.complete(new Response(response.version(), response.statusCode(), body.toString()));
                        }
                    }).endHandler(end -> seen
                            .complete(new Response(response.version(), response.statusCode(), body.toString())));
                }).onFailure(seen::completeExceptionally);
        return seen.join();
    }

    @Override
    public void close() {
        client.close();
        vertx.close();
    }
}
