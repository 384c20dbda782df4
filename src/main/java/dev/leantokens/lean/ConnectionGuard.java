package dev.leantokens.lean;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;

/**
 * Keeps one HTTP/1.1 connection to Lean to one exchange at a time. It sits between Netty's codec and Vert.x, which takes any
 * status but 100 and 103 for a final response, and any bytes after a response for the response to the next request.
 * <ul>
 * <li>Interim responses (RFC 9110 §15.2) are skipped, any number of them, before the final one.
 * <li>A connection is closed when a second response arrives for a request, when bytes arrive without a request, or when they
 * cannot be decoded. None of them is delivered.
 * <li>Only headers that are used here reach the REST client, which fails on others that are malformed.
 * <li>When a reused connection breaks or stays silent before the first byte of the response, the request fails with a
 * {@link StaleConnectionException}.
 * </ul>
 * Not thread-safe: used on the connection's event loop, except for methods that say otherwise.
 */
final class ConnectionGuard extends ChannelDuplexHandler {

    private static final AttributeKey<ConnectionGuard> KEY = AttributeKey.valueOf(ConnectionGuard.class, "guard");

    /** The limit of all headers of a response together, in bytes. Gateways add headers. */
    static final int LARGEST_HEADERS = 64 * 1024;

    private static final int SWITCHING_PROTOCOLS = HttpResponseStatus.SWITCHING_PROTOCOLS.code();

    /**
     * Of Lean's answer, in Netty's lower case: how long it is, whether another one follows, and what {@link LeanTokenEndpoint}
     * reads.
     */
    private static final Set<String> NEEDED = Set.of(HttpHeaderNames.CONTENT_LENGTH.toString(),
            HttpHeaderNames.TRANSFER_ENCODING.toString(), HttpHeaderNames.CONTENT_ENCODING.toString(),
            HttpHeaderNames.CONNECTION.toString(), "keep-alive", HttpHeaderNames.RETRY_AFTER.toString(),
            HttpHeaderNames.DATE.toString());

    private final Channel channel;
    private final SocketAddress address;
    private final long opened;
    private final Duration patience;
    private final Listener listener;
    private final Decoder decoder = new Decoder();

    /** Set by any thread when the connection leaves the pool. */
    private volatile boolean inUse;

    private int requests;
    private int responses;
    /** From when the request is written until its final response has been read to the end. */
    private boolean waiting;
    /** Whether a byte has come since the request was written. */
    private boolean heard;
    private boolean interim;
    /** The end of the response, held back until all bytes that arrived with it have been decoded. */
    private Object end;
    private boolean surplus;
    /** Whether all further input is discarded. */
    private boolean broken;
    /** Whether the failure of the current request has been reported. */
    private boolean failed;
    private ScheduledFuture<?> silence;

    /** Receives events of the connection. Called on the connection's event loop. */
    interface Listener {

        /** A reused connection was stale. Other idle connections are likely to be stale, too. */
        void stale();

        /** The first response has come on a connection to this address. */
        void served(SocketAddress address);

        /** A request was sent to this address, and the connection ended before any response came on it. */
        void failed(SocketAddress address);

        void closed(ConnectionGuard guard);
    }

    private ConnectionGuard(Channel channel, long opened, Duration patience, Listener listener) {
        this.channel = channel;
        this.address = channel.remoteAddress();
        this.opened = opened;
        this.patience = patience;
        this.listener = listener;
    }

    /** @return the connection's guard; null if it has none */
    static ConnectionGuard of(Channel channel) {
        return channel.attr(KEY).get();
    }

    /**
     * Puts a guard on a connection on which nothing has been sent yet.
     *
     * @param opened the current time, in nanoseconds since an arbitrary origin
     * @param patience how long a reused connection may stay silent
     * @throws IllegalStateException if it is not a connection of HTTP/1.1
     */
    static ConnectionGuard install(Channel channel, long opened, Duration patience, Listener listener) {
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext codec = pipeline.context(HttpClientCodec.class);
        if (codec == null) {
            throw new IllegalStateException("the connection to Lean is not one of HTTP/1.1");
        }
        ConnectionGuard guard = new ConnectionGuard(channel, opened, patience, listener);
        channel.attr(KEY).set(guard);
        pipeline.addAfter(codec.name(), null, guard);
        pipeline.addAfter(codec.name(), null, new HttpRequestEncoder());
        pipeline.addBefore(codec.name(), null, guard.new Bytes());
        pipeline.replace(codec.name(), codec.name(), guard.decoder);
        return guard;
    }

    /** @return when it was installed */
    long opened() {
        return opened;
    }

    /**
     * The connection has left the pool, for one request. Called by any thread.
     *
     * @return whether it is still open
     */
    boolean use() {
        inUse = true;
        return channel.isActive();
    }

    /** Closes the connection, unless a request uses it. Called by any thread. */
    void closeIfIdle() {
        channel.eventLoop().execute(() -> {
            if (!inUse) {
                broken = true;
                channel.close();
            }
        });
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpRequest) {
            requests++;
            waiting = true;
            heard = false;
            failed = false;
            if (requests > 1) {
                silence = context.executor().schedule(() -> giveUp(context), patience.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        context.write(message, promise);
    }

    private void giveUp(ChannelHandlerContext context) {
        if (isStale()) {
            fail(context, new StaleConnectionException("a reused connection stayed silent"));
            listener.stale();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (broken) {
            ReferenceCountUtil.release(message);
        } else if (!waiting || end != null) {
            ReferenceCountUtil.release(message);
            surplus = true;
        } else if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            fail(context, reasonOf(part.decoderResult().cause()));
        } else if (message instanceof HttpResponse response) {
            begin(context, response);
        } else if (message instanceof HttpContent content) {
            goOn(context, content);
        } else {
            context.fireChannelRead(message);
        }
    }

    private static IOException reasonOf(Throwable undecodable) {
        if (undecodable instanceof PrematureChannelClosureException) {
            return new ClosedChannelException();
        }
        return new UnusableResponseException(undecodable instanceof TooLongFrameException
                ? "its headers are larger than 64 KiB"
                : "it is not HTTP");
    }

    private void begin(ChannelHandlerContext context, HttpResponse response) {
        int status = response.status().code();
        // The instances, as Vert.x compares them: one in lower case is another one.
        if (response.protocolVersion() != HttpVersion.HTTP_1_1 && response.protocolVersion() != HttpVersion.HTTP_1_0) {
            fail(context, new UnusableResponseException("it is not HTTP"));
        } else if (status < 100 || status == SWITCHING_PROTOCOLS) {
            // No other protocol was offered.
            fail(context, new UnusableResponseException("status " + status));
        } else if (status < 200) {
            interim = true;
        } else {
            responses++;
            if (responses == 1) {
                listener.served(address);
            }
            HttpHeaders headers = response.headers();
            for (String name : List.copyOf(headers.names())) {
                if (!NEEDED.contains(name.toLowerCase(Locale.ROOT))) {
                    headers.remove(name);
                }
            }
            context.fireChannelRead(response);
        }
    }

    private void goOn(ChannelHandlerContext context, HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (interim) {
            content.release();
            interim = !last;
        } else if (last) {
            end = content;
        } else {
            context.fireChannelRead(content);
        }
    }

    /** All bytes that arrived together have been decoded: any after the end of the response would go to the next request. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (end != null) {
            Object last = end;
            end = null;
            waiting = false;
            inUse = false;
            // The start of another response is no message yet.
            surplus |= decoder.hasMore();
            if (surplus) {
                closeForGood();
            }
            // If it is still open, the connection can be used for the next request before this returns.
            context.fireChannelRead(last);
        }
        if (surplus && !broken) {
            closeForGood();
        }
        context.fireChannelReadComplete();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if ((cause instanceof IOException || cause instanceof DecoderException) && isStale()) {
            context.fireExceptionCaught(breakStale());
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (end != null) {
            channelReadComplete(context);
        }
        noLongerSilent();
        if (isStale()) {
            context.fireExceptionCaught(breakStale());
        }
        broken = true;
        context.fireChannelInactive();
        if (requests > 0 && responses == 0) {
            listener.failed(address);
        }
        listener.closed(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ReferenceCountUtil.release(end);
    }

    /** By way of Vert.x, which takes the connection out of its pool before this returns. */
    private void closeForGood() {
        broken = true;
        channel.close();
    }

    private StaleConnectionException breakStale() {
        broken = true;
        failed = true;
        listener.stale();
        return new StaleConnectionException("a reused connection broke before the answer began");
    }

    /** @return whether the current request failed on a reused connection before the first byte of its response */
    private boolean isStale() {
        return inUse && responses > 0 && !(waiting && heard) && !failed;
    }

    private void fail(ChannelHandlerContext context, IOException reason) {
        broken = true;
        failed = true;
        context.fireExceptionCaught(reason);
        context.close();
    }

    private void noLongerSilent() {
        if (silence != null) {
            silence.cancel(false);
            silence = null;
        }
    }

    /** Replaces Netty's client codec, which differs only for HEAD and CONNECT and does not tell whether bytes are left. */
    private static final class Decoder extends HttpResponseDecoder {

        private Decoder() {
            // Not validated: malformed headers are dropped, or are no number where one is needed.
            super(new HttpDecoderConfig().setMaxHeaderSize(LARGEST_HEADERS).setValidateHeaders(false));
        }

        /** @return whether there are bytes that are no message yet */
        private boolean hasMore() {
            return actualReadableBytes() > 0;
        }
    }

    /** Sees bytes before the decoder, which reports a response only when its headers are complete. */
    private final class Bytes extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (waiting && end == null) {
                heard = true;
                noLongerSilent();
            } else {
                surplus = true;
            }
            context.fireChannelRead(message);
        }
    }
}
