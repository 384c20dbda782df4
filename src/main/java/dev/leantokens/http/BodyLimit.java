package dev.leantokens.http;

import java.time.Duration;

import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** Reads the body of a request, and no more of it than a token request can be long. */
public final class BodyLimit {

    /** A request with the longest scope, id and secret that make sense is below 2 KiB. */
    static final int LIMIT_BYTES = 16 * 1024;

    /** How long the rest of a refused body is read before the connection is closed. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private BodyLimit() {
    }

    /**
     * @param request whose body nobody has read yet, on its event loop
     * @return the body, empty if there is none; or a {@link TokenException}: 413 if it is longer than the limit, 400 if it
     *         ends before its end
     */
    public static Uni<byte[]> read(HttpServerRequest request) {
        return Uni.createFrom().emitter(body -> read(request, body));
    }

    private static void read(HttpServerRequest request, UniEmitter<? super byte[]> body) {
        Buffer read = Buffer.buffer();
        request.handler(chunk -> {
            if (read.length() + chunk.length() > LIMIT_BYTES) {
                discard(request);
                body.fail(tooLarge());
            } else {
                read.appendBuffer(chunk);
            }
        }).endHandler(end -> body.complete(read.getBytes())).exceptionHandler(
                e -> body.fail(TokenError.INVALID_REQUEST.because("the request body ended before its end")));
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        request.resume();
    }

    /** @return whether the request itself says that its body is too long */
    static boolean declaresTooMuch(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length != null && Long.parseLong(length) > LIMIT_BYTES;
        } catch (NumberFormatException e) {
            return true;
        }
    }

    static TokenException tooLarge() {
        return TokenError.TOO_LARGE.because("the request body is larger than " + LIMIT_BYTES + " bytes");
    }

    /**
     * Reads and forgets what is still to come of a body that is not wanted, for a moment, and then closes the connection. To
     * close it at once would make the peer's system drop our answer with it.
     */
    static void discard(HttpServerRequest request) {
        if (request.isEnded() || request.version() == HttpVersion.HTTP_2) {
            // Over HTTP/2 the end of our answer is the end of the stream, and other streams share the connection.
            return;
        }
        HttpConnection connection = request.connection();
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        Vertx vertx = Vertx.currentContext().owner();
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
