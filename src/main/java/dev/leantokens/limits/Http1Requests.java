package dev.leantokens.limits;

import java.util.ArrayDeque;
import java.util.Queue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/**
 * Passes the requests of one HTTP/1.1 connection on to Vert.x one at a time: each one after the response to the one before was
 * written, and while the write queue has room. Pipelined requests wait as bytes, since a decoded request takes many times its
 * size, and nothing more is read meanwhile. After a response that closes the connection, further requests are discarded.
 * <p>
 * Vert.x would answer whatever has been read, even if no answer is read. If the client hangs up while Vert.x reads a request
 * behind one that is unanswered, it fails with a NullPointerException and the first one never ends. All methods are called on
 * the connection's event loop.
 */
final class Http1Requests {

    /** How much is decoded at a time, so that few requests are decoded too early. */
    private static final int PIECE_BYTES = 1024;

    /** Headers that are longer leave something behind that counts: a connection takes as much anyway. */
    private static final int SHORT_HEADERS = 4 * 1024;

    private final Backlog.Connection backlog;
    private final Runnable requestBegins;
    private final Bytes bytes = new Bytes();
    private final Messages messages = new Messages();

    /** What was read and is not decoded. */
    private final Queue<ByteBuf> undecoded = new ArrayDeque<>(2);
    /** What was decoded and whose turn has not come. */
    private final Queue<Object> decoded = new ArrayDeque<>(2);
    private ChannelHandlerContext beforeDecoder;
    private ChannelHandlerContext behindDecoder;

    private boolean passing;
    /** Whether a request is passed on that is not answered. */
    private boolean unanswered;
    /** Whether its answer has started. */
    private boolean answerStarted;
    /** Whether a request is passed on whose body has not ended. */
    private boolean incomplete;
    /** Whether the answer closes the connection. */
    private boolean last;
    private long undecodedBytes;
    /** Of the current request, until its answer begins. */
    private long requestBytes;
    /** Of the longest headers so far: Netty's decoder keeps a buffer for them as long as the connection lives. */
    private long keptBytes;

    private Http1Requests(Backlog.Connection backlog, Runnable requestBegins) {
        this.backlog = backlog;
        this.requestBegins = requestBegins;
    }

    /**
     * Adds the handlers for a connection whose codec has just been added.
     *
     * @param name of the handler before which they wait as bytes
     * @param requestBegins called when a request is passed on, and after an interim response
     * @param first what has been read already
     */
    static void handle(ChannelPipeline pipeline, String name, Backlog.Connection backlog, Runnable requestBegins,
            Object first) {
        Http1Requests requests = new Http1Requests(backlog, requestBegins);
        pipeline.addBefore(name, null, requests.bytes);
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
                // Answers that are ready at once make room for the next request.
            }
        } finally {
            passing = false;
        }
        report();
    }

    private boolean passMessage() {
        Object next = decoded.peek();
        if (next == null || isTooEarly(next)) {
            return false;
        }
        pass(decoded.poll());
        return true;
    }

    private boolean isTooEarly(Object message) {
        return message instanceof HttpRequest && !isOpen();
    }

    /** Whether the connection is ready for more of the current request, or for the next one. */
    private boolean isOpen() {
        return (incomplete || !unanswered) && beforeDecoder.channel().isWritable();
    }

    private boolean decodePiece() {
        ByteBuf next = undecoded.peek();
        if (next == null || !decoded.isEmpty() || !isOpen()) {
            return false;
        }
        ByteBuf piece = next.readableBytes() > PIECE_BYTES ? next.readRetainedSlice(PIECE_BYTES) : undecoded.poll();
        int size = piece.readableBytes();
        undecodedBytes -= size;
        if (last && !incomplete) {
            piece.release();
        } else {
            // The rest of a body whose answer has started is dropped, and not kept.
            requestBytes += incomplete && answerStarted ? 0 : size;
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
        if (message instanceof HttpRequest) {
            unanswered = true;
            answerStarted = false;
            incomplete = true;
            if (requestBytes > SHORT_HEADERS) {
                keptBytes = Math.max(keptBytes, requestBytes);
            }
            requestBegins.run();
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
        backlog.waitsToBeHandled(undecodedBytes + Math.max(requestBytes, keptBytes), undecodedBytes > 0 || !decoded.isEmpty());
    }

    /** Later, since Vert.x is still busy with what has led to this. */
    private void passLater() {
        if (!passing && (undecodedBytes > 0 || !decoded.isEmpty())) {
            beforeDecoder.executor().execute(() -> {
                pass();
                // Vert.x holds back what it writes until a read is complete.
                beforeDecoder.fireChannelReadComplete();
            });
        }
    }

    private void answerBegins() {
        answerStarted = true;
        requestBytes = 0;
        if (!passing) {
            report();
        }
    }

    private void discard() {
        undecoded.forEach(ByteBuf::release);
        undecoded.clear();
        undecodedBytes = 0;
        decoded.forEach(ReferenceCountUtil::release);
        decoded.clear();
    }

    /** Before the decoder. */
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
        public void handlerRemoved(ChannelHandlerContext context) {
            discard();
        }
    }

    /** Behind the codec. */
    private final class Messages extends ChannelDuplexHandler {

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            behindDecoder = context;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (decoded.isEmpty() && !isTooEarly(message)) {
                pass(message);
            } else {
                decoded.add(message);
            }
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise written) throws Exception {
            if (message instanceof HttpResponse response) {
                if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                    super.write(context, message, written);
                    // That was no answer, so the time for the rest of the request goes on.
                    requestBegins.run();
                    return;
                }
                answerBegins();
                last |= response.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
            }
            super.write(context, message, written);
            if (message instanceof LastHttpContent) {
                unanswered = false;
                passLater();
                if (!passing) {
                    report();
                }
            }
        }
    }
}
