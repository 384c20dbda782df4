package dev.leantokens.http;

import java.time.Duration;

import dev.leantokens.limits.ConnectionGate;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * The rest of a body whose request is answered before the body was read. It is read and dropped, so that the connection can
 * serve the next request (RFC 9112 §9.3); the response does not wait for it. A body that is too large or late ends the
 * connection, or over HTTP/2 the stream. Methods are called on the request's event loop.
 */
final class UnreadBody implements Handler<Buffer> {

    /**
     * How long a body that is too large is read: closing the connection at once could make the peer's system drop the response
     * (RFC 9112 §9.6).
     */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final HttpServerRequest request;
    private final Vertx vertx;
    private final boolean http2;
    /** Whether the connection, or the stream, ends after this body. */
    private boolean last;
    private long timer = -1;

    private UnreadBody(HttpServerRequest request, Vertx vertx) {
        this.request = request;
        this.vertx = vertx;
        this.http2 = request.version() == HttpVersion.HTTP_2;
    }

    /**
     * Drops what is left of a body. Called when the response starts, while headers can still be added to it.
     *
     * @param requestTime how long the rest may take to arrive
     */
    static void drain(HttpServerRequest request, Vertx vertx, Duration requestTime) {
        if (!request.isEnded() && !request.response().closed()) {
            new UnreadBody(request, vertx).drain(requestTime);
        }
    }

    private void drain(Duration requestTime) {
        last = BodyReader.declaresTooMuch(request) || isTooLarge();
        if (last && !http2) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        } else if (!last && !http2 && BodyReader.awaitsContinue(request)) {
            // Without it the client may omit the body, and its next request would be read as the body.
            request.response().writeContinue();
        }
        request.handler(this).endHandler(this::ended).exceptionHandler(broken -> vertx.cancelTimer(timer)).resume();
        if (!request.isEnded()) {
            closeAfter(last ? LINGER : requestTime);
        }
    }

    private boolean isTooLarge() {
        return request.bytesRead() > BodyReader.MAX_BYTES;
    }

    @Override
    public void handle(Buffer dropped) {
        if (!last && isTooLarge()) {
            last = true;
            closeAfter(LINGER);
        }
    }

    private void ended(Void end) {
        vertx.cancelTimer(timer);
        if (last) {
            // The response may still be on its way.
            closeAfter(Duration.ofMillis(1));
        } else if (!http2) {
            ConnectionGate.expectNoAnswer(((ConnectionBase) request.connection()).channelHandlerContext().pipeline());
        }
    }

    private void closeAfter(Duration time) {
        vertx.cancelTimer(timer);
        timer = vertx.setTimer(time.toMillis(), elapsed -> {
            if (http2) {
                // NO_ERROR: the response is complete (RFC 9113 §8.1).
                request.response().reset(0);
            } else {
                request.connection().close();
            }
        });
    }
}
