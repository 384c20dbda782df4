package dev.leantokens.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/** Discards all further requests of an HTTP/1.1 connection before Vert.x sees them. */
final class LastRequest extends ChannelInboundHandlerAdapter {

    /**
     * Makes the current request the last one that Vert.x handles, as long as its response does not end: requests already read
     * are queued behind it. Called on the connection's event loop.
     */
    static void on(HttpConnection connection) {
        ChannelHandlerContext vertx = ((ConnectionBase) connection).channelHandlerContext();
        vertx.pipeline().addBefore(vertx.name(), null, new LastRequest());
    }

    /**
     * Queues one more, complete request. If the connection closed while Vert.x reads a queued request, Vert.x would throw a
     * NullPointerException, since that one has no response yet, and the request before it would never end.
     */
    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.fireChannelRead(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));
        context.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        // Vert.x flushes responses when a read is complete.
        context.fireChannelReadComplete();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message);
    }
}
