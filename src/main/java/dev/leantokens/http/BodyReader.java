package dev.leantokens.http;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.limits.LimitsConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** Reads the body of a request, up to {@value #MAX_BYTES} bytes. Thread-safe. */
@ApplicationScoped
public class BodyReader {

    /** A request with the longest scope, id and secret that make sense is below 2 KiB. */
    static final int MAX_BYTES = 16 * 1024;

    private final LimitsConfig limits;

    BodyReader(LimitsConfig limits) {
        this.limits = limits;
    }

    /** @return whether {@code Content-Length} exceeds the limit or is not a number */
    static boolean declaresTooMuch(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length != null && Long.parseLong(length) > MAX_BYTES;
        } catch (NumberFormatException e) {
            return true;
        }
    }

    static TokenException tooLarge() {
        return TokenError.TOO_LARGE.because("the request body is larger than " + MAX_BYTES + " bytes");
    }

    /**
     * @param request whose body has not been read yet; this is called on its event loop
     * @return the body, empty if it is missing; or a {@link TokenException}: 415 if it has a content coding, 413 if it is
     *         larger than the limit, 400 if it is truncated or, over HTTP/2, late
     */
    public Future<byte[]> read(HttpServerRequest request) {
        if (hasContentCoding(request)) {
            // Tells the caller that the media type was not the problem (RFC 9110 §15.5.16).
            request.response().putHeader(HttpHeaders.ACCEPT_ENCODING, HttpHeaders.IDENTITY);
            return Future.failedFuture(TokenError.UNSUPPORTED_CONTENT_CODING.because(
                    "the request body must be sent without a Content-Encoding"));
        }
        Promise<byte[]> body = Promise.promise();
        read(request, body);
        return body.future();
    }

    /** {@code identity} means no coding, although RFC 9110 §12.5.3 does not allow it in this header. */
    private static boolean hasContentCoding(HttpServerRequest request) {
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
        Runnable cancelTimer = request.version() == HttpVersion.HTTP_2 ? startTimer(body) : () -> {
            // RequestTimer closes an HTTP/1.1 connection whose request takes too long.
        };
        request.handler(chunk -> {
            if (read.length() + chunk.length() > MAX_BYTES) {
                cancelTimer.run();
                body.tryFail(tooLarge());
            } else {
                read.appendBuffer(chunk);
            }
        }).endHandler(end -> {
            cancelTimer.run();
            body.tryComplete(read.getBytes());
        }).exceptionHandler(e -> {
            cancelTimer.run();
            body.tryFail(TokenError.INVALID_REQUEST.because("the request body was truncated"));
        });
        if (awaitsContinue(request)) {
            request.response().writeContinue();
        }
        request.resume();
    }

    /** HTTP/1.0 does not define the header (RFC 9110 §10.1.1). */
    static boolean awaitsContinue(HttpServerRequest request) {
        return request.version() != HttpVersion.HTTP_1_0
                && "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
    }

    /** @return cancels the timer */
    private Runnable startTimer(Promise<byte[]> body) {
        Vertx vertx = Vertx.currentContext().owner();
        long timer = vertx.setTimer(limits.requestTime().toMillis(),
                elapsed -> body.tryFail(TokenError.INVALID_REQUEST.because("the request body did not arrive in time")));
        return () -> vertx.cancelTimer(timer);
    }
}
