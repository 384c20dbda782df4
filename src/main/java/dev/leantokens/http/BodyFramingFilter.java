package dev.leantokens.http;

import java.time.Duration;
import java.util.List;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
import dev.leantokens.limits.LimitsConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

/**
 * Keeps connections in step with the bodies of their requests. A transfer coding other than {@code chunked} is refused, since
 * the end of the body is unknown (RFC 9112 §6.1): Vert.x would read what follows the headers as the next request, or as a body
 * of {@code Content-Length} bytes. A body that is still unread when its request is answered is drained as an
 * {@link UnreadBody}.
 */
@ApplicationScoped
class BodyFramingFilter {

    private static final String CHUNKED = "chunked";

    /** Delay between the response and the closing of its connection, which could make the peer's system drop it. */
    private static final Duration LINGER = Duration.ofMillis(50);

    private final HttpErrors errors;
    private final Duration requestTime;

    BodyFramingFilter(HttpErrors errors, LimitsConfig limits) {
        this.errors = errors;
        this.requestTime = limits.requestTime();
    }

    void register(@Observes RequestFilters filters) {
        filters.register(this::passes, FilterOrder.BODY_FRAMING);
    }

    private boolean passes(RoutingContext context, Endpoint endpoint) {
        HttpServerRequest request = context.request();
        List<String> codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
        // HTTP/2 has frames instead, and does not let this header pass.
        boolean http2 = request.version() == HttpVersion.HTTP_2;
        if (!http2 && !codings.isEmpty() && !isChunked(codings, request.version())) {
            refuseAndClose(context);
            return false;
        }
        if (http2 || !codings.isEmpty() || request.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            context.addHeadersEndHandler(started -> UnreadBody.drain(request, context.vertx(), requestTime));
        }
        return true;
    }

    private static boolean isChunked(List<String> codings, HttpVersion version) {
        return version != HttpVersion.HTTP_1_0 && codings.size() == 1 && codings.get(0).strip().equalsIgnoreCase(CHUNKED);
    }

    /**
     * Discards later requests of the connection, those already read included: Vert.x starts the next request when a response
     * ends, so this one never ends before its connection closes.
     */
    private void refuseAndClose(RoutingContext context) {
        ChannelHandlerContext vertx = ((ConnectionBase) context.request().connection()).channelHandlerContext();
        vertx.pipeline().addBefore(vertx.name(), null, new Discarder());
        Buffer body = errors.start(context,
                TokenError.INVALID_REQUEST.because("the only supported transfer coding is chunked"));
        context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()))
                .write(body)
                .onComplete(written -> context.vertx().setTimer(LINGER.toMillis(),
                        elapsed -> context.request().connection().close()));
    }

    /** Discards everything that an HTTP/1.1 connection receives, before Vert.x sees it. */
    private static final class Discarder extends ChannelInboundHandlerAdapter {

        /**
         * Queues one more, complete request. If the connection closed while Vert.x reads a queued request, Vert.x would throw a
         * NullPointerException, since that one has no response yet, and the request before it would never end.
         */
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            context.fireChannelRead(
                    new DefaultHttpRequest(io.netty.handler.codec.http.HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));
            context.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
            // Vert.x flushes responses when a read is complete.
            context.fireChannelReadComplete();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }
    }
}
