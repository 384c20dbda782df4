package dev.leantokens.http;

import java.time.Duration;

import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** How long the body of a request can be, and what becomes of the rest of one that is not wanted. */
final class BodyLimit {

    /** A request with the longest scope, id and secret that make sense is below 2 KiB. */
    static final int BYTES = 16 * 1024;

    /** How long the rest of a refused body is read before the connection is closed. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private BodyLimit() {
    }

    /** @return whether the request itself says that its body is too long */
    static boolean declaresTooMuch(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length != null && Long.parseLong(length) > BYTES;
        } catch (NumberFormatException e) {
            return true;
        }
    }

    static TokenException tooLarge() {
        return TokenError.TOO_LARGE.because("the request body is larger than " + BYTES + " bytes");
    }

    /**
     * Reads and forgets what is still to come of a body that is not wanted, for a moment, and then closes the connection. To
     * close it at once would make the peer's system drop our answer with it. Over HTTP/2 the connection is shared with other
     * requests, and it is the stream that is closed.
     */
    static void discard(HttpServerRequest request) {
        if (request.isEnded()) {
            return;
        }
        Vertx vertx = Vertx.currentContext().owner();
        if (request.version() == HttpVersion.HTTP_2) {
            vertx.setTimer(LINGER.toMillis(), elapsed -> request.response().reset(Http2Error.NO_ERROR.code()));
            return;
        }
        HttpConnection connection = request.connection();
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        long timer = vertx.setTimer(LINGER.toMillis(), elapsed -> connection.close());
        request.handler(BodyLimit::forget)
                .endHandler(end -> {
                    vertx.cancelTimer(timer);
                    // After the answer, which may be on its way still.
                    vertx.setTimer(1, later -> connection.close());
                })
                .exceptionHandler(gone -> vertx.cancelTimer(timer))
                .resume();
    }

    private static void forget(Buffer rest) {
        // Read so that the peer can finish sending.
    }
}
