package dev.leantokens.http;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.error.TokenError;
import dev.leantokens.limits.LimitsConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** Reads the body of a request, and no more of it than a token request can be long. */
@ApplicationScoped
public class BodyReader {

    private final LimitsConfig limits;

    BodyReader(LimitsConfig limits) {
        this.limits = limits;
    }

    /**
     * @param request whose body nobody has read yet, on its event loop
     * @return the body, empty if it is missing; or a {@link dev.leantokens.error.TokenException}: 415 if it is compressed or
     *         has another content coding, 413 if it is longer than the limit, 400 if it ends before its end, and over HTTP/2
     *         also if it is not there in time
     */
    public Future<byte[]> read(HttpServerRequest request) {
        if (isCoded(request)) {
            // Tells the caller that it was not the media type (RFC 9110 §15.5.16).
            request.response().putHeader(HttpHeaders.ACCEPT_ENCODING, HttpHeaders.IDENTITY);
            return Future.failedFuture(TokenError.UNSUPPORTED_CONTENT_CODING.because(
                    "the request body must be sent without a Content-Encoding"));
        }
        Promise<byte[]> body = Promise.promise();
        read(request, body);
        return body.future();
    }

    /** {@code identity} means no coding, though it does not belong into this header (RFC 9110 §12.5.3). */
    private static boolean isCoded(HttpServerRequest request) {
        for (String header : request.headers().getAll(HttpHeaders.CONTENT_ENCODING)) {
            for (String coding : header.split(",")) {
                if (!coding.isBlank() && !HttpHeaders.IDENTITY.toString().equalsIgnoreCase(coding.strip())) {
                    return true;
                }
            }
        }
        return false;
    }

    private void read(HttpServerRequest request, Promise<byte[]> body) {
        Buffer read = Buffer.buffer();
        Runnable ended = request.version() == HttpVersion.HTTP_2 ? limitTime(request, body) : () -> {
            // ConnectionGate closes a connection of HTTP/1.1 whose request does not get ready.
        };
        request.handler(chunk -> {
            if (read.length() + chunk.length() > BodyLimit.BYTES) {
                ended.run();
                body.tryFail(BodyLimit.tooLarge());
            } else {
                read.appendBuffer(chunk);
            }
        }).endHandler(end -> {
            ended.run();
            body.tryComplete(read.getBytes());
        }).exceptionHandler(e -> {
            ended.run();
            body.tryFail(TokenError.INVALID_REQUEST.because("the request body ended before its end"));
        });
        if (awaitsContinue(request)) {
            request.response().writeContinue();
        }
        request.resume();
    }

    /** RFC 9110 §10.1.1: HTTP/1.0 does not know what that means. */
    static boolean awaitsContinue(HttpServerRequest request) {
        return request.version() != HttpVersion.HTTP_1_0
                && "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
    }

    /** @return ends the limit */
    private Runnable limitTime(HttpServerRequest request, Promise<byte[]> body) {
        Vertx vertx = Vertx.currentContext().owner();
        long timer = vertx.setTimer(limits.requestTime().toMillis(), elapsed -> {
            body.tryFail(TokenError.INVALID_REQUEST.because("the request body did not come in time"));
        });
        return () -> vertx.cancelTimer(timer);
    }
}
