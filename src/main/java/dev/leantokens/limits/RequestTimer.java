package dev.leantokens.limits;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2ConnectionHandler;

/**
 * Closes a connection whose request takes too long until its response starts. Over HTTP/1.1 everything that is read expects a
 * response, and everything that is written is one. Over HTTP/2 neither holds, and requests do not block each other, so only the
 * client's preface is timed here; bodies are timed where they are read. Methods are called on the connection's event loop.
 */
final class RequestTimer extends ChannelDuplexHandler {

    /** The event that stops the timer until the next bytes are read. */
    static final Object NO_ANSWER_EXPECTED = new Object();

    private final long requestNanos;
    private final LongSupplier clock;

    private ChannelHandlerContext context;
    /** When the unanswered request started. */
    private long started;
    private boolean unanswered;
    private Protocol protocol = Protocol.UNKNOWN;
    /** One for the connection, however many requests it sends. */
    private Future<?> timer;

    private enum Protocol {
        UNKNOWN,
        HTTP_1,
        HTTP_2
    }

    RequestTimer(long requestNanos, LongSupplier clock) {
        this.requestNanos = requestNanos;
        this.clock = clock;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
        requestStarts();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        if (timer != null) {
            timer.cancel(false);
        }
        super.channelInactive(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) throws Exception {
        if (protocol != Protocol.HTTP_2) {
            requestStarts();
        }
        super.channelRead(context, bytes);
    }

    @Override
    public void write(ChannelHandlerContext context, Object bytes, ChannelPromise written) throws Exception {
        if (protocol == Protocol.UNKNOWN) {
            protocol = http2() == null ? Protocol.HTTP_1 : Protocol.HTTP_2;
        }
        if (protocol == Protocol.HTTP_1) {
            unanswered = false;
        }
        super.write(context, bytes, written);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event == NO_ANSWER_EXPECTED) {
            unanswered = false;
        } else {
            super.userEventTriggered(context, event);
        }
    }

    /** Starts the time of a request, unless one is being timed. Its bytes can have arrived with those of the one before. */
    void requestStarts() {
        if (unanswered) {
            return;
        }
        unanswered = true;
        started = clock.getAsLong();
        if (timer == null) {
            schedule(requestNanos);
        }
    }

    private void schedule(long nanos) {
        timer = context.executor().schedule(() -> {
            timer = null;
            long left = requestNanos - (clock.getAsLong() - started);
            if (unanswered && left > 0) {
                schedule(left);
            } else if (unanswered && !detectHttp2()) {
                context.close();
            }
        }, nanos, TimeUnit.NANOSECONDS);
    }

    /** @return whether the preface of HTTP/2 is complete; an HTTP/1.1 response can have upgraded the connection meanwhile */
    private boolean detectHttp2() {
        Http2ConnectionHandler http2 = http2();
        if (http2 == null || !http2.decoder().prefaceReceived()) {
            return false;
        }
        protocol = Protocol.HTTP_2;
        unanswered = false;
        return true;
    }

    private Http2ConnectionHandler http2() {
        return context.pipeline().get(Http2ConnectionHandler.class);
    }
}
