package dev.leantokens.lean;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.leantokens.lean.LeanFailure.StaleConnectionException;
import dev.leantokens.lean.LeanFailure.UnusableResponseException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.AsciiString;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;

/**
 * Protects one HTTP/1.1 connection to Lean from responses that belong to no request. It sits between Netty's codec and Vert.x,
 * which treats every status but 100 and 103 as a final response, and bytes after a response as the next response.
 * <ul>
 * <li>Interim responses (RFC 9110 §15.2) are skipped, up to {@link #MAX_INTERIMS} of them.
 * <li>The connection is closed when a second response arrives for a request, when bytes arrive without a request, or when they
 * cannot be decoded. None of these is delivered.
 * <li>The connection is closed after a response that says so, or whose end another HTTP implementation may see elsewhere.
 * <li>Only headers that are used here reach the REST client, which fails on other malformed headers.
 * <li>When a reused connection breaks or stays silent before the first byte of the response, the request fails with a
 * {@link StaleConnectionException}.
 * </ul>
 * Not thread-safe: used on the connection's event loop, unless a method says otherwise.
 */
final class ConnectionGuard extends ChannelDuplexHandler {

    private static final AttributeKey<ConnectionGuard> KEY = AttributeKey.valueOf(ConnectionGuard.class, "guard");

    /** The maximum size of all headers of a response together, in bytes. Gateways add headers. */
    static final int MAX_HEADERS_SIZE = 64 * 1024;

    /** The maximum number of interim responses before a response. Each costs time of an event loop. */
    private static final int MAX_INTERIMS = 1000;

    private static final int MAX_STATUS = 999;
    private static final int SWITCHING_PROTOCOLS = HttpResponseStatus.SWITCHING_PROTOCOLS.code();

    /** The headers that delimit a response or that {@link LeanTokenEndpoint} reads. */
    private static final List<AsciiString> USED_HEADERS = List.of(HttpHeaderNames.CONTENT_LENGTH,
            HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderNames.CONTENT_ENCODING, HttpHeaderNames.CONNECTION,
            AsciiString.cached("keep-alive"), HttpHeaderNames.RETRY_AFTER, HttpHeaderNames.DATE);

    private final Channel channel;
    private final SocketAddress address;
    private final long openedAt;
    private final Duration silenceLimit;
    private final ConnectionGuards guards;
    private final LeanAddresses addresses;

    /** Ends the current request with a failure; null if the connection is idle. Set by any thread that takes it. */
    private volatile Consumer<Throwable> request;

    private int requests;
    private int responses;
    /** True from when the request is written until its final response has been read completely. */
    private boolean awaitingResponse;
    /** Whether a byte has arrived since the request was written. */
    private boolean byteSeen;
    /** Whether the head of the response has been delivered. */
    private boolean headDelivered;
    private boolean interim;
    /** The number of interim responses since the request was written. */
    private int interims;
    /** Whether the current response is the last one of the connection; it stays so, since the connection is closed then. */
    private boolean last;
    /** The end of the response, withheld until all bytes that arrived with it have been decoded; null before it arrives. */
    private Object lastContent;
    /** Whether something arrived that belongs to no request. */
    private boolean surplus;
    /** Whether all further input is discarded. */
    private boolean discarding;
    /** Whether the current request has been failed. */
    private boolean failed;
    private ScheduledFuture<?> silenceTimer;

    private ConnectionGuard(Channel channel, long openedAt, Duration silenceLimit, ConnectionGuards guards,
            LeanAddresses addresses) {
        this.channel = channel;
        this.address = channel.remoteAddress();
        this.openedAt = openedAt;
        this.silenceLimit = silenceLimit;
        this.guards = guards;
        this.addresses = addresses;
    }

    /** @return the connection's guard; null without one */
    static ConnectionGuard of(Channel channel) {
        return channel.attr(KEY).get();
    }

    /**
     * Installs a guard on a connection on which nothing has been sent yet.
     *
     * @param openedAt the current time, in nanoseconds since an arbitrary origin
     * @param silenceLimit how long a reused connection may stay silent
     * @throws IllegalStateException if the connection is not HTTP/1.1
     */
    static ConnectionGuard install(Channel channel, long openedAt, Duration silenceLimit, ConnectionGuards guards,
            LeanAddresses addresses) {
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext codec = pipeline.context(HttpClientCodec.class);
        if (codec == null) {
            throw new IllegalStateException("the connection to Lean is not HTTP/1.1");
        }
        ConnectionGuard guard = new ConnectionGuard(channel, openedAt, silenceLimit, guards, addresses);
        channel.attr(KEY).set(guard);
        pipeline.addAfter(codec.name(), null, guard);
        pipeline.addAfter(codec.name(), null, new HttpRequestEncoder());
        // What the codec has not decoded is passed to the decoder, as surplus.
        pipeline.replace(codec.name(), codec.name(), guard.new Decoder());
        return guard;
    }

    /** @return when the guard was installed, in nanoseconds */
    long openedAt() {
        return openedAt;
    }

    /**
     * Marks the connection as taken from the pool for one request. Called by any thread.
     *
     * @param reset ends the request with a failure
     * @return whether it is still open
     */
    boolean use(Consumer<Throwable> reset) {
        request = reset;
        return channel.isActive();
    }

    /** Closes the connection if it is not in use. Called by any thread. */
    void closeIfIdle() {
        channel.eventLoop().execute(() -> {
            if (request == null) {
                discarding = true;
                channel.close();
            }
        });
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpRequest) {
            requests++;
            awaitingResponse = true;
            byteSeen = false;
            headDelivered = false;
            failed = false;
            interims = 0;
            if (requests > 1) {
                silenceTimer = context.executor().schedule(() -> failIfSilent(context), silenceLimit.toMillis(),
                        TimeUnit.MILLISECONDS);
            }
        }
        context.write(message, promise);
    }

    private void failIfSilent(ChannelHandlerContext context) {
        if (isStale()) {
            fail(context, new StaleConnectionException("a reused connection stayed silent"));
            guards.closeIdle();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (discarding) {
            ReferenceCountUtil.release(message);
        } else if (!awaitingResponse || lastContent != null) {
            ReferenceCountUtil.release(message);
            surplus = true;
        } else if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            fail(context, reasonFor(part.decoderResult().cause()));
        } else if (message instanceof HttpResponse response) {
            startResponse(context, response);
        } else if (message instanceof HttpContent content) {
            continueResponse(context, content);
        } else {
            context.fireChannelRead(message);
        }
    }

    private static IOException reasonFor(Throwable undecodable) {
        if (undecodable instanceof PrematureChannelClosureException) {
            return new ClosedChannelException();
        }
        if (undecodable instanceof TooLongHttpLineException) {
            return new UnusableResponseException("its status line or the line of a chunk is too long");
        }
        return new UnusableResponseException(undecodable instanceof TooLongFrameException
                ? "its headers are larger than 64 KiB"
                : "it is not HTTP");
    }

    private void startResponse(ChannelHandlerContext context, HttpResponse response) {
        int status = response.status().code();
        // Compared by identity, as Vert.x does: a version in lower case is another instance.
        if (response.protocolVersion() != HttpVersion.HTTP_1_1 && response.protocolVersion() != HttpVersion.HTTP_1_0) {
            fail(context, new UnusableResponseException("it is not HTTP"));
        } else if (status < 100 || status > MAX_STATUS || status == SWITCHING_PROTOCOLS) {
            // This client offers no other protocol.
            fail(context, new UnusableResponseException("status " + status));
        } else if (status < 200) {
            interim = true;
            interims++;
            if (interims > MAX_INTERIMS) {
                // All further input is discarded, too.
                fail(context, new UnusableResponseException("too many interim responses"));
            }
        } else {
            responses++;
            if (responses == 1) {
                addresses.recordSuccess(address);
            }
            // Vert.x overlooks "close" in a list.
            last |= !HttpUtil.isKeepAlive(response) || isDoubtful(response.headers());
            removeUnused(response.headers());
            headDelivered = true;
            context.fireChannelRead(response);
        }
    }

    /**
     * @return whether another HTTP implementation may read the response differently, so that its end may be elsewhere: the
     *         transfer coding is another one than {@code chunked} alone, of which Netty accepts lists (RFC 9112 §6.3), or a
     *         header line is malformed, which Netty accepts, too
     */
    private static boolean isDoubtful(HttpHeaders headers) {
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty()
                && !(codings.size() == 1 && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0)))) {
            return true;
        }
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            CharSequence name = all.next().getKey();
            if (name.isEmpty() || HttpHeaderValidationUtil.validateToken(name) >= 0) {
                return true;
            }
        }
        return false;
    }

    private static void removeUnused(HttpHeaders headers) {
        List<CharSequence> unused = new ArrayList<>();
        headers.iteratorCharSequence().forEachRemaining(header -> {
            if (!isUsed(header.getKey())) {
                unused.add(header.getKey());
            }
        });
        unused.forEach(headers::remove);
    }

    private static boolean isUsed(CharSequence name) {
        for (AsciiString used : USED_HEADERS) {
            if (used.contentEqualsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }

    private void continueResponse(ChannelHandlerContext context, HttpContent content) {
        boolean end = content instanceof LastHttpContent;
        if (interim) {
            content.release();
            interim = !end;
        } else if (end) {
            lastContent = content;
        } else {
            context.fireChannelRead(content);
        }
    }

    /**
     * Delivers the end of a response once all bytes of one read are decoded, since surplus bytes would go to the next request.
     */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (lastContent != null) {
            Object end = lastContent;
            lastContent = null;
            awaitingResponse = false;
            request = null;
            if (surplus || last) {
                discardAndClose();
            }
            // An open connection may be used for the next request before this call returns.
            context.fireChannelRead(end);
        }
        if (surplus && !discarding) {
            discardAndClose();
        }
        context.fireChannelReadComplete();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if ((cause instanceof IOException || cause instanceof DecoderException) && isStale()) {
            context.fireExceptionCaught(failStale());
        } else if (isWithinResponse()) {
            fail(context, cause);
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (lastContent != null) {
            channelReadComplete(context);
        }
        cancelSilenceTimer();
        if (isStale()) {
            context.fireExceptionCaught(failStale());
        } else if (isWithinResponse()) {
            // Vert.x would report a closed connection, as if the request had not been sent.
            failed = true;
            request.accept(new ClosedChannelException());
        }
        discarding = true;
        context.fireChannelInactive();
        if (requests > 0 && responses == 0) {
            addresses.recordFailure(address);
        }
        guards.remove(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ReferenceCountUtil.release(lastContent);
    }

    /** Vert.x removes the connection from its pool before this returns. */
    private void discardAndClose() {
        discarding = true;
        channel.close();
    }

    private StaleConnectionException failStale() {
        discarding = true;
        failed = true;
        guards.closeIdle();
        return new StaleConnectionException("a reused connection broke before the response started");
    }

    /** @return whether a failure now is that of a reused connection, before the first byte of the response */
    private boolean isStale() {
        return request != null && responses > 0 && !(awaitingResponse && byteSeen) && !failed;
    }

    private boolean isWithinResponse() {
        return awaitingResponse && headDelivered && lastContent == null && !failed;
    }

    /**
     * Vert.x fails a request at once for an exception, but delivers a head on the event loop of the request, which may not have
     * done so yet. The head then finds a request that has failed, and an error is logged. A reset comes after the head.
     */
    private void fail(ChannelHandlerContext context, Throwable reason) {
        boolean afterHead = isWithinResponse();
        discarding = true;
        failed = true;
        if (afterHead) {
            request.accept(reason);
        } else {
            context.fireExceptionCaught(reason);
        }
        context.close();
    }

    private void cancelSilenceTimer() {
        if (silenceTimer != null) {
            silenceTimer.cancel(false);
            silenceTimer = null;
        }
    }

    /** Called before the bytes are decoded: a response is decoded only when its headers are complete. */
    private void observeBytes() {
        if (awaitingResponse && lastContent == null) {
            byteSeen = true;
            cancelSilenceTimer();
        } else {
            surplus = true;
        }
    }

    /** Replaces Netty's client codec, which differs only for HEAD and CONNECT and does not expose its steps. */
    private final class Decoder extends HttpResponseDecoder {

        private Decoder() {
            // No validation: a malformed header is dropped, or fails where a number is needed.
            super(new HttpDecoderConfig().setMaxHeaderSize(MAX_HEADERS_SIZE).setValidateHeaders(false));
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            observeBytes();
            super.channelRead(context, message);
        }

        /** Also notices the start of a response, and control characters, which are skipped. */
        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> decoded) throws Exception {
            surplus |= lastContent != null;
            super.decode(context, bytes, decoded);
        }
    }
}
