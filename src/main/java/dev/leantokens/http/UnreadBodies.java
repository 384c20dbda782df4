package dev.leantokens.http;

import java.time.Duration;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.limits.ConnectionGate;
import dev.leantokens.limits.LimitsConfig;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

/**
 * Reads and drops the rest of a body when its request is answered before it was read, so that the connection can be used for
 * the next request (RFC 9112 §9.3). The answer does not wait for it. A body that is larger than {@link BodyLimit} or does not
 * arrive within {@code LIMITS_REQUEST_TIME} ends the connection, or over HTTP/2 the stream. Thread-safe.
 */
@ApplicationScoped
class UnreadBodies {

    /** How long a body that is too large is read: if it were not at all, the peer's system could drop the answer (§9.6). */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final LimitsConfig limits;

    UnreadBodies(LimitsConfig limits) {
        this.limits = limits;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.UNREAD_BODIES);
    }

    private void filter(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (canHaveBody(request)) {
            context.addHeadersEndHandler(answered -> drop(request, context.vertx()));
        }
        context.next();
    }

    private static boolean canHaveBody(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2 || request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || request.headers().contains(HttpHeaders.CONTENT_LENGTH);
    }

    /** Called when the answer begins, as long as headers can be added to it. */
    void drop(HttpServerRequest request, Vertx vertx) {
        if (!request.isEnded() && !request.response().closed()) {
            new Rest(request, vertx).drop();
        }
    }

    /** The rest of one body; its methods are called by the request's event loop. */
    private final class Rest implements Handler<Buffer> {

        private final HttpServerRequest request;
        private final Vertx vertx;
        private final boolean http2;
        /** Whether the connection, or the stream, is not used any further. */
        private boolean last;
        private long timer = -1;

        private Rest(HttpServerRequest request, Vertx vertx) {
            this.request = request;
            this.vertx = vertx;
            this.http2 = request.version() == HttpVersion.HTTP_2;
        }

        private void drop() {
            last = BodyLimit.declaresTooMuch(request) || hasTooMuch();
            if (last && !http2) {
                request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            } else if (!last && !http2 && BodyReader.awaitsContinue(request)) {
                // A client that is refused instead may leave the body out, and its next request would be read as the body.
                request.response().writeContinue();
            }
            request.handler(this).endHandler(this::ended).exceptionHandler(this::broken).resume();
            if (!request.isEnded()) {
                limitTime(last ? LINGER : limits.requestTime());
            }
        }

        private boolean hasTooMuch() {
            return request.bytesRead() > BodyLimit.BYTES;
        }

        @Override
        public void handle(Buffer dropped) {
            if (!last && hasTooMuch()) {
                last = true;
                limitTime(LINGER);
            }
        }

        private void limitTime(Duration time) {
            vertx.cancelTimer(timer);
            timer = vertx.setTimer(time.toMillis(), elapsed -> close());
        }

        private void ended(Void end) {
            vertx.cancelTimer(timer);
            if (last) {
                // After the answer, which may be on its way still.
                limitTime(Duration.ofMillis(1));
            } else if (!http2) {
                ConnectionGate.expectNoAnswer(((ConnectionBase) request.connection()).channelHandlerContext().pipeline());
            }
        }

        private void broken(Throwable failure) {
            vertx.cancelTimer(timer);
        }

        private void close() {
            if (http2) {
                // NO_ERROR: the answer is complete (RFC 9113 §8.1).
                request.response().reset(0);
            } else {
                request.connection().close();
            }
        }
    }
}
