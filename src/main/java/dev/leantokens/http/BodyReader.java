package dev.leantokens.http;

import java.time.Duration;

import jakarta.inject.Singleton;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.limits.LimitsConfig;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** Reads the body of a request, up to {@value #MAX_BYTES} bytes. Thread-safe. */
@Singleton
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
        Body body = new Body(request);
        if (request.version() == HttpVersion.HTTP_2) {
            // RequestTimer closes an HTTP/1.1 connection whose request takes too long.
            body.startTimer(limits.requestTime());
        }
        if (awaitsContinue(request)) {
            request.response().writeContinue();
        }
        request.resume();
        return body.whole.future();
    }

    /** {@code identity} means no coding, although RFC 9110 §12.5.3 does not allow it in this header. */
    private static boolean hasContentCoding(HttpServerRequest request) {
        if (!request.headers().contains(HttpHeaders.CONTENT_ENCODING)) {
            return false;
        }
        for (String header : request.headers().getAll(HttpHeaders.CONTENT_ENCODING)) {
            for (String coding : header.split(",")) {
                if (!coding.isBlank() && !HttpHeaders.IDENTITY.toString().equalsIgnoreCase(coding.strip())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** HTTP/1.0 does not define the header (RFC 9110 §10.1.1). */
    static boolean awaitsContinue(HttpServerRequest request) {
        return request.version() != HttpVersion.HTTP_1_0
                && "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
    }

    /** A body that is being read. */
    private static final class Body implements Handler<Buffer> {

        private final Promise<byte[]> whole = Promise.promise();
        private int length;
        /** Kept as it is, since most bodies are a single chunk. */
        private Buffer first;
        /** All chunks; null if there is only one. */
        private Buffer all;
        private Vertx timers;
        private long timer;

        Body(HttpServerRequest request) {
            request.handler(this).endHandler(this::ended).exceptionHandler(this::broken);
        }

        @Override
        public void handle(Buffer chunk) {
            length += chunk.length();
            if (length > MAX_BYTES) {
                cancelTimer();
                whole.tryFail(tooLarge());
            } else if (first == null) {
                first = chunk;
            } else {
                all = (all == null ? first.copy() : all).appendBuffer(chunk);
            }
        }

        private void ended(Void end) {
            cancelTimer();
            Buffer body = all == null ? first : all;
            whole.tryComplete(body == null ? new byte[0] : body.getBytes());
        }

        private void broken(Throwable cause) {
            cancelTimer();
            whole.tryFail(TokenError.INVALID_REQUEST.because("the request body was truncated"));
        }

        void startTimer(Duration requestTime) {
            timers = Vertx.currentContext().owner();
            timer = timers.setTimer(requestTime.toMillis(), elapsed -> whole
                    .tryFail(TokenError.INVALID_REQUEST.because("the request body did not arrive in time")));
        }

        private void cancelTimer() {
            if (timers != null) {
                timers.cancelTimer(timer);
            }
        }
    }
}
