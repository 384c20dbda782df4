package dev.leantokens.limits;

import java.util.ArrayDeque;
import java.util.Queue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

/**
 * Passes the requests of one HTTP/1.1 connection to Vert.x one at a time: each one after the previous response was written, and
 * while the write queue has room. Pipelined requests wait as bytes, since a small request takes twenty times its size
 * when it is decoded, and nothing more is read meanwhile. After a response that closes the connection, further requests are
 * discarded. Starts and stops the {@link RequestTimer}, and announces responses to the {@link ResponseAllocator}.
 * <p>
 * A request for an upgrade is served without it (RFC 9110 §7.8): HTTP/2 has no upgrade since RFC 9113, proxies that pass it on
 * would pass later requests unseen, and Vert.x leaves the connection of an invalid one open without an answer.
 * <p>
 * Vert.x answers everything it has read, even if the client reads no response. If the client hangs up while Vert.x reads a
 * request behind an unanswered one, Vert.x throws a NullPointerException and the first one never ends. Methods are called on
 * the connection's event loop.
 */
final class Http1Requests {

    /** The event that stops the time of a request until the next bytes are passed on. */
    static final Object NO_ANSWER_EXPECTED = new Object();

    /** Bytes to decode at a time: few, so that hardly any request is decoded too early. */
    private static final int PIECE_BYTES = 1024;

    /** Headers up to this length are not counted once the request is answered: each connection takes as much anyway. */
    private static final int SHORT_HEADERS = 4 * 1024;

    private final ConnectionBacklog backlog;
    private final RequestTimer timer;
    private final ResponseAllocator allocator;
    private final Bytes bytes = new Bytes();
    private final Messages messages = new Messages();

    /** Bytes that were read and are not decoded. */
    private final Queue<ByteBuf> undecoded = new ArrayDeque<>(2);
    /** Messages that were decoded and not passed on. */
    private final Queue<Object> decoded = new ArrayDeque<>(2);
    private ChannelHandlerContext beforeDecoder;
    private ChannelHandlerContext behindDecoder;

    private boolean passing;
    /** Whether the current request has no complete response. */
    private boolean unanswered;
    private boolean responseStarted;
    /** Whether the body of the current request has not ended. */
    private boolean incomplete;
    /** Whether the response closes the connection. */
    private boolean last;
    private long undecodedBytes;
    /** Of the current request, until its response starts. */
    private long requestBytes;
    /** Of the longest headers so far: Netty's decoder keeps a buffer of that size until the connection closes. */
    private long decoderBytes;

    private Http1Requests(ConnectionBacklog backlog, RequestTimer timer, ResponseAllocator allocator) {
        this.backlog = backlog;
        this.timer = timer;
        this.allocator = allocator;
    }

    /**
     * Adds the handlers to a connection whose codec has just been added.
     *
     * @param first bytes that have been read already
     */
    static void handle(ChannelPipeline pipeline, ConnectionBacklog backlog, RequestTimer timer, Object first) {
        ChannelConfig config = pipeline.channel().config();
        ResponseAllocator allocator = new ResponseAllocator(config.getAllocator());
        if (pipeline.get(SslHandler.class) == null) {
            config.setAllocator(allocator);
        }
        Http1Requests requests = new Http1Requests(backlog, timer, allocator);
        pipeline.addBefore(pipeline.context(HttpRequestDecoder.class).name(), null, requests.bytes);
        pipeline.addAfter(pipeline.context(HttpResponseEncoder.class).name(), null, requests.messages);
        requests.bytes.channelRead(requests.beforeDecoder, first);
    }

    private void pass() {
        if (passing) {
            return;
        }
        passing = true;
        try {
            while (passMessage() || decodePiece()) {
                // A response that is ready at once makes room for the next request.
            }
        } finally {
            passing = false;
        }
        report();
    }

    private boolean passMessage() {
        Object next = decoded.peek();
        if (next == null || mustWait(next)) {
            return false;
        }
        pass(decoded.poll());
        return true;
    }

    private boolean mustWait(Object message) {
        return message instanceof HttpRequest && !isReady();
    }

    /** @return whether more of the current request, or the next one, can be passed on */
    private boolean isReady() {
        return (incomplete || !unanswered) && beforeDecoder.channel().isWritable();
    }

    private boolean decodePiece() {
        ByteBuf next = undecoded.peek();
        if (next == null || !decoded.isEmpty() || !isReady()) {
            return false;
        }
        ByteBuf piece = next.readableBytes() > PIECE_BYTES ? next.readRetainedSlice(PIECE_BYTES) : undecoded.poll();
        int size = piece.readableBytes();
        undecodedBytes -= size;
        if (last && !incomplete) {
            piece.release();
        } else {
            // The rest of a body is dropped once the response has started, so it holds no memory.
            requestBytes += incomplete && responseStarted ? 0 : size;
            timer.start();
            beforeDecoder.fireChannelRead(piece);
        }
        return true;
    }

    private void pass(Object message) {
        if (last && !incomplete) {
            requestBytes = 0;
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof HttpRequest request) {
            if (request.headers().contains("")) {
                // Netty accepts a name without characters. What is left of a header must not count as its absence.
                request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("header without a name")));
            }
            request.headers().remove(HttpHeaderNames.UPGRADE);
            unanswered = true;
            responseStarted = false;
            incomplete = true;
            if (requestBytes > SHORT_HEADERS) {
                decoderBytes = Math.max(decoderBytes, requestBytes);
            }
            timer.start();
        }
        if (message instanceof LastHttpContent) {
            incomplete = false;
            if (!unanswered) {
                requestBytes = 0;
            }
        }
        behindDecoder.fireChannelRead(message);
    }

    private void report() {
        backlog.setRequests(undecodedBytes + Math.max(requestBytes, decoderBytes), undecodedBytes > 0 || !decoded.isEmpty());
    }

    /** Passes messages on after Vert.x has finished its current call. */
    private void passLater() {
        if (!passing && (undecodedBytes > 0 || !decoded.isEmpty())) {
            beforeDecoder.executor().execute(() -> {
                pass();
                // Vert.x flushes responses when a read is complete.
                beforeDecoder.fireChannelReadComplete();
            });
        }
    }

    private void discard() {
        undecoded.forEach(ByteBuf::release);
        undecoded.clear();
        undecodedBytes = 0;
        decoded.forEach(ReferenceCountUtil::release);
        decoded.clear();
    }

    /** Compared by identity, as Vert.x does: {@code HtTP/1.1} is another instance, which Netty considers equal. */
    private static boolean isHttp1(HttpVersion version) {
        return version == HttpVersion.HTTP_1_1 || version == HttpVersion.HTTP_1_0;
    }

    /** The handler before the decoder. */
    private final class Bytes extends ChannelInboundHandlerAdapter {

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            beforeDecoder = context;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object read) {
            ByteBuf buffer = (ByteBuf) read;
            undecoded.add(buffer);
            undecodedBytes += buffer.readableBytes();
            pass();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
            super.channelWritabilityChanged(context);
            passLater();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            discard();
            super.channelInactive(context);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event == NO_ANSWER_EXPECTED) {
                timer.stop();
            } else {
                super.userEventTriggered(context, event);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            discard();
        }
    }

    /** The handler behind the codec. */
    private final class Messages extends ChannelDuplexHandler {

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            behindDecoder = context;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (decoded.isEmpty() && !mustWait(message)) {
                pass(message);
            } else {
                decoded.add(message);
            }
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise written) throws Exception {
            timer.stop();
            if (message instanceof HttpResponse response) {
                if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                    super.write(context, message, written);
                    // An interim response does not end the time of the request.
                    timer.start();
                    return;
                }
                if (!isHttp1(response.protocolVersion())) {
                    // Vert.x repeats the version of the request, which can be any text.
                    response.setProtocolVersion(HttpVersion.HTTP_1_1);
                    if (response.status().equals(HttpResponseStatus.NOT_IMPLEMENTED)) {
                        response.setStatus(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED);
                    }
                }
                responseStarted = true;
                requestBytes = 0;
                last |= response.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
                if (response instanceof FullHttpResponse full) {
                    allocator.expectBody(full.content().readableBytes());
                }
            }
            super.write(context, message, written);
            if (message instanceof LastHttpContent) {
                unanswered = false;
                passLater();
            }
            if (!passing) {
                report();
            }
        }
    }
}
