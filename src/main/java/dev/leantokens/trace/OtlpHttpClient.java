package dev.leantokens.trace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.zip.GZIPOutputStream;

import io.opentelemetry.exporter.internal.marshal.Marshaler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;

/**
 * Sends requests by OTLP over HTTP. Keeps nothing of an answer but its status: Quarkus' client would keep all of it in memory,
 * however long it is. Thread-safe.
 */
final class OtlpHttpClient {

    /** An answer that is longer costs its connection. */
    private static final int MAX_ANSWER = 64 * 1024;

    private final Vertx vertx;
    private final int timeout;
    private final HttpClient client;
    private final RequestOptions request;
    private final boolean compressed;

    /** What becomes of a request; one of both is called, once. */
    record Callbacks(IntConsumer status, Consumer<Throwable> failure) {
    }

    /** @param timeout of an exchange, without the connection attempt, in milliseconds */
    OtlpHttpClient(Vertx vertx, HttpClientOptions options, String url, Map<String, String> headers, boolean compressed,
            int timeout) {
        this.vertx = vertx;
        this.timeout = timeout;
        this.client = vertx.createHttpClient(options);
        this.request = new RequestOptions().setMethod(HttpMethod.POST).setAbsoluteURI(url)
                .putHeader("Content-Type", "application/x-protobuf");
        if (compressed) {
            request.putHeader("Content-Encoding", "gzip");
        }
        headers.forEach(request::putHeader);
        this.compressed = compressed;
    }

    /** @return the body of a request */
    Buffer bodyOf(Marshaler message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(message.getBinarySerializedSize());
        try (OutputStream out = compressed ? new GZIPOutputStream(bytes) : bytes) {
            message.writeBinaryTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(bytes.toByteArray());
    }

    void send(Buffer body, Callbacks callbacks) {
        client.request(request).onComplete(connected -> {
            if (connected.succeeded()) {
                new Exchange(connected.result(), callbacks).start(body);
            } else {
                callbacks.failure().accept(connected.cause());
            }
        });
    }

    void close() {
        client.close();
    }

    /** All of its methods are called on the event loop of the connection. */
    private final class Exchange {

        private final HttpClientRequest sending;
        private final Callbacks callbacks;
        private boolean late;
        private long read;

        private Exchange(HttpClientRequest sending, Callbacks callbacks) {
            this.sending = sending;
            this.callbacks = callbacks;
        }

        private void start(Buffer body) {
            long timer = vertx.setTimer(timeout, expired -> {
                late = true;
                sending.connection().close();
            });
            sending.send(body).onComplete(answer -> {
                if (answer.failed()) {
                    vertx.cancelTimer(timer);
                    callbacks.failure().accept(late ? new TimeoutException() : answer.cause());
                } else {
                    discard(answer.result(), timer);
                    callbacks.status().accept(answer.result().statusCode());
                }
            });
        }

        private void discard(HttpClientResponse answer, long timer) {
            answer.exceptionHandler(broken -> vertx.cancelTimer(timer));
            answer.endHandler(ended -> vertx.cancelTimer(timer));
            answer.handler(bytes -> {
                read += bytes.length();
                if (read > MAX_ANSWER) {
                    sending.connection().close();
                }
            });
        }
    }
}
