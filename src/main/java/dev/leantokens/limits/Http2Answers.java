package dev.leantokens.limits;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Counts the responses of one HTTP/2 connection that wait for the client's windows, and refuses requests while too many wait.
 * Netty queues them without a limit and does not report how much. Methods are called on the connection's event loop unless
 * stated otherwise.
 */
final class Http2Answers extends FlowControllerDecorator {

    /** What may wait on one connection until further requests are refused: more than a hundred token requests. */
    static final long MAX_BYTES = 1024 * 1024;

    /**
     * What may wait on one connection for the client's windows while memory is scarce: as much as Vert.x queues on an HTTP/1.1
     * connection. The stream of a further response is reset.
     */
    static final long MAX_BYTES_IF_SCARCE = 64 * 1024;

    /** How many requests of one connection are served at a time while memory is scarce. */
    private static final int MAX_STREAMS_IF_SCARCE = 8;

    /** Memory of a stream in addition to its bytes, measured: objects of Netty, Vert.x and Quarkus. */
    static final int STREAM_BYTES = 5 * 1024;

    /** Until the client has acknowledged the setting: what clients assume before they know it (RFC 9113 §6.5.2). */
    private static final int INITIAL_MAX_STREAMS = 100;

    /**
     * How many more streams may be refused than served before the connection is closed. A client can open many at once until it
     * knows the limit, or while memory is scarce.
     */
    static final int MAX_REFUSED = 1_000;

    private final Http2Connection connection;
    private final Http2ConnectionHandler handler;
    private final ChannelHandlerContext context;
    private final Http2Connection.PropertyKey key;
    private final BooleanSupplier scarce;

    private volatile long held;
    private int unansweredRequests;
    private long unansweredBytes;
    private long queued;
    private long sent;
    private long queuedBefore;
    private long sentBefore;
    /** Whether the last check has reset streams. */
    private boolean resetBefore;
    /** How many streams may be active while memory is scarce or much is unread; further ones are refused. */
    private int maxStreams = Integer.MAX_VALUE;
    /** How many streams may be active at any time. */
    private int maxConcurrentStreams = INITIAL_MAX_STREAMS;
    /** The stream that was activated last, until Vert.x has seen it or it has been reset. */
    private Http2Stream unseen;
    /** Refused streams without as many that were served; more than the limit once the connection is being closed. */
    private int refused;
    /** Null until a response needs it. */
    private BodylessFrames bodyless;

    private Http2Answers(Http2ConnectionHandler handler, ChannelHandlerContext context, BooleanSupplier scarce) {
        super(handler.connection().remote().flowController());
        this.handler = handler;
        this.context = context;
        this.scarce = scarce;
        this.connection = handler.connection();
        this.key = connection.newKey();
    }

    /**
     * Wraps Netty's flow controller.
     *
     * @param scarce whether memory is scarce, over all connections
     * @return null if the connection does not use HTTP/2
     */
    static Http2Answers watch(ChannelPipeline pipeline, BooleanSupplier scarce) {
        ChannelHandlerContext context = pipeline.context(Http2ConnectionHandler.class);
        if (context == null) {
            return null;
        }
        Http2ConnectionHandler handler = (Http2ConnectionHandler) context.handler();
        Http2Answers answers = new Http2Answers(handler, context, scarce);
        handler.connection().remote().flowController(answers);
        handler.connection().addListener(answers.new StreamLimit());
        answers.countRequests();
        return answers;
    }

    /** @return memory of the responses that are not sent; called on any thread */
    long held() {
        return held;
    }

    /** Counts {@link #unansweredRequests} and {@link #unansweredBytes}. */
    void countUnanswered() {
        unansweredRequests = 0;
        unansweredBytes = 0;
        forEachStream(stream -> {
            if (!stream.isHeadersSent()) {
                unansweredRequests++;
                Answer answer = stream.getProperty(key);
                unansweredBytes += answer == null ? 0 : answer.requested;
            }
        });
    }

    /** @return requests whose response had not started at the last count */
    int unansweredRequests() {
        return unansweredRequests;
    }

    /** @return bytes read of those requests */
    long unansweredBytes() {
        return unansweredBytes;
    }

    /**
     * Sets how many streams may be active. Further ones are refused with REFUSED_STREAM, which allows clients to repeat the
     * request (RFC 9113 §8.7).
     *
     * @param held by the whole connection, in bytes
     */
    void limitStreams(long held) {
        maxStreams = held > MAX_BYTES || hasTooMuchUnread() ? 0
                : scarce.getAsBoolean() ? MAX_STREAMS_IF_SCARCE : Integer.MAX_VALUE;
    }

    /** Remembers what waits: it must make progress until the next call of {@link #resetStuckStreams}. */
    void startProgressCheck() {
        queuedBefore = queued;
        sentBefore = sent;
    }

    /**
     * Resets the streams whose windows have stayed closed since the last call.
     *
     * @return whether the connection must be closed: its responses make no progress, or the last call has reset streams too
     */
    boolean resetStuckStreams() {
        if (queued > 0 && sent - sentBefore < Math.min(ConnectionBacklog.PROGRESS_BYTES, queuedBefore)) {
            return true;
        }
        List<Http2Stream> stuck = new ArrayList<>();
        forEachStream(stream -> {
            Answer answer = stream.getProperty(key);
            // A stream with an open window waits for other streams, not for its client.
            if (answer != null && answer.checkStuck() && delegate.windowSize(stream) <= 0) {
                stuck.add(stream);
            }
        });
        boolean again = resetBefore && !stuck.isEmpty();
        resetBefore = !stuck.isEmpty();
        if (resetBefore && !again) {
            stuck.forEach(
                    stream -> handler.resetStream(context, stream.id(), Http2Error.CANCEL.code(), context.newPromise()));
            context.flush();
        }
        return again;
    }

    private void forEachStream(Consumer<Http2Stream> action) {
        if (connection.numActiveStreams() == 0) {
            return;
        }
        try {
            connection.forEachActiveStream(stream -> {
                action.accept(stream);
                return true;
            });
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void addFlowControlled(Http2Stream stream, FlowControlled frame) {
        Answer answer = answerOn(stream);
        if (answer.head) {
            delegate.addFlowControlled(stream, bodyless().withoutBody(frame));
            return;
        }
        if (frame.size() > 0 && hasTooMuchUnread() && !canBeSent(stream, answer, frame)) {
            // Closing the connection would make an attacker open another one, whose requests would be answered again.
            frame.error(context, Http2Exception.streamError(stream.id(), Http2Error.ENHANCE_YOUR_CALM, "Too much is unread"));
            return;
        }
        answer.add(frame.size());
        delegate.addFlowControlled(stream, new Frame(frame, answer));
    }

    /** Added when it is needed: hardly any client sends HEAD. */
    private BodylessFrames bodyless() {
        if (bodyless == null) {
            bodyless = new BodylessFrames();
            context.pipeline().addBefore(context.name(), null, bodyless);
        }
        return bodyless;
    }

    private Answer answerOn(Http2Stream stream) {
        Answer answer = stream.getProperty(key);
        if (answer == null) {
            answer = new Answer();
            stream.setProperty(key, answer);
        }
        return answer;
    }

    private void countRequests() {
        Http2FrameListener listener = handler.decoder().frameListener();
        if (!(listener instanceof Requests)) {
            handler.decoder().frameListener(new Requests(listener));
        }
    }

    /** Counts the bytes of requests. */
    private final class Requests extends Http2FrameListenerDecorator {

        private Requests(Http2FrameListener listener) {
            super(listener);
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) throws Http2Exception {
            super.onSettingsRead(context, settings);
            // Vert.x has replaced the listener before the client's first settings.
            countRequests();
        }

        /** Netty's own limit would make it forget a further stream, and close the connection for its body. */
        @Override
        public void onSettingsAckRead(ChannelHandlerContext context) throws Http2Exception {
            int limit = connection.remote().maxActiveStreams();
            if (limit < Integer.MAX_VALUE) {
                maxConcurrentStreams = limit;
                connection.remote().maxActiveStreams(Integer.MAX_VALUE);
            }
            super.onSettingsAckRead(context);
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext context, int stream, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            check(stream, headers);
            super.onHeadersRead(context, stream, headers, padding, end);
            seen();
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext context, int stream, Http2Headers headers, int dependency, short weight,
                boolean exclusive, int padding, boolean end) throws Http2Exception {
            check(stream, headers);
            super.onHeadersRead(context, stream, headers, dependency, weight, exclusive, padding, end);
            seen();
        }

        @Override
        public int onDataRead(ChannelHandlerContext context, int stream, ByteBuf data, int padding, boolean end)
                throws Http2Exception {
            answerOn(connection.stream(stream)).requested += data.readableBytes();
            return super.onDataRead(context, stream, data, padding, end);
        }

        private void seen() {
            dropReset();
            unseen = null;
        }

        /**
         * Counts the headers.
         *
         * @throws Http2Exception which resets the stream: Netty checks nothing but the case of names (RFC 9113 §8.2.1), and for
         *         an invalid method Vert.x would close the connection with all its streams
         */
        private void check(int stream, Http2Headers headers) throws Http2Exception {
            Answer answer = answerOn(connection.stream(stream));
            for (Map.Entry<CharSequence, CharSequence> header : headers) {
                CharSequence name = header.getKey();
                answer.requested += name.length() + header.getValue().length();
                if (!isName(name) || !isValue(header.getValue())) {
                    throw malformed(stream);
                }
            }
            CharSequence method = headers.method();
            answer.head |= method != null && HttpMethod.HEAD.asciiName().contentEquals(method);
            if (method != null && HttpHeaderValidationUtil.validateToken(method) >= 0
                    || headers.getAll(HttpHeaderNames.HOST).size() > 1) {
                throw malformed(stream);
            }
        }

        private static boolean isName(CharSequence name) {
            return Http2Headers.PseudoHeaderName.hasPseudoHeaderFormat(name)
                    || HttpHeaderValidationUtil.validateToken(name) < 0;
        }

        private static boolean isValue(CharSequence value) {
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c == 0 || c == '\n' || c == '\r') {
                    return false;
                }
            }
            return true;
        }

        private static Http2Exception malformed(int stream) {
            return Http2Exception.streamError(stream, Http2Error.PROTOCOL_ERROR, "Malformed header");
        }
    }

    /**
     * Ends a stream that has been reset before Vert.x has seen it. Netty ends it when the frame is sent; until then, any error
     * of the connection makes Vert.x throw a NullPointerException, which it logs with a stack trace or throws at the
     * code that writes a response. Must be called when a read is complete, before frames are sent.
     */
    void dropReset() {
        if (unseen != null && unseen.isResetSent()) {
            unseen.close();
            unseen = null;
        }
    }

    private boolean hasTooMuchUnread() {
        return held > MAX_BYTES_IF_SCARCE && scarce.getAsBoolean();
    }

    /** @return whether the client's windows have room for the frame, after what is queued */
    private boolean canBeSent(Http2Stream stream, Answer answer, FlowControlled frame) {
        return answer.queued + frame.size() <= delegate.windowSize(stream)
                && queued + frame.size() <= delegate.windowSize(connection.connectionStream());
    }

    /** Resets streams beyond the limit before Vert.x sees them. */
    private final class StreamLimit extends Http2ConnectionAdapter {

        @Override
        public void onStreamActive(Http2Stream stream) {
            dropReset();
            if (refused <= MAX_REFUSED && connection.numActiveStreams() <= Math.min(maxStreams, maxConcurrentStreams)) {
                unseen = stream;
                refused = Math.max(0, refused - 1);
                return;
            }
            stream.resetSent();
            if (refused <= MAX_REFUSED) {
                // Not by the handler, to which a failure is an error of the connection: the client may have hung up.
                handler.encoder().frameWriter().writeRstStream(context, stream.id(), Http2Error.REFUSED_STREAM.code(),
                        context.newPromise());
            }
            stream.close();
            // Netty's own limits of resets and queued frames do not see these.
            if (++refused == MAX_REFUSED + 1) {
                handler.onError(context, false,
                        Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "Too many refused streams"));
            }
        }
    }

    /** The request and the queued response of one stream. */
    private final class Answer {

        /** Bytes of the request. */
        private long requested;
        /** Whether the response must not have a body. */
        private boolean head;
        private long queued;
        private long sent;
        private long queuedBefore;
        private long sentBefore;

        private void add(int bytes) {
            boolean waited = queued > 0;
            queued += bytes;
            Http2Answers.this.queued += bytes;
            boolean waits = queued > 0;
            held += bytes + (waits == waited ? 0 : waits ? STREAM_BYTES : -STREAM_BYTES);
        }

        private void send(int bytes) {
            sent += bytes;
            Http2Answers.this.sent += bytes;
            add(-bytes);
        }

        /** @return whether the response has made no progress since the last call */
        private boolean checkStuck() {
            boolean stuck = queued > 0 && queuedBefore > 0
                    && sent - sentBefore < Math.min(ConnectionBacklog.PROGRESS_BYTES, queuedBefore);
            queuedBefore = queued;
            sentBefore = sent;
            return stuck;
        }
    }

    /** Part of a response, which counts what is sent of it. */
    private static final class Frame implements FlowControlled {

        private final FlowControlled frame;
        private final Answer answer;

        private Frame(FlowControlled frame, Answer answer) {
            this.frame = frame;
            this.answer = answer;
        }

        @Override
        public int size() {
            return frame.size();
        }

        @Override
        public void write(ChannelHandlerContext context, int allowedBytes) {
            int before = frame.size();
            try {
                frame.write(context, allowedBytes);
            } finally {
                answer.send(before - frame.size());
            }
        }

        @Override
        public void writeComplete() {
            frame.writeComplete();
        }

        @Override
        public void error(ChannelHandlerContext context, Throwable cause) {
            answer.add(-frame.size());
            frame.error(context, cause);
        }

        @Override
        public boolean merge(ChannelHandlerContext context, FlowControlled next) {
            return next instanceof Frame behind && frame.merge(context, behind.frame);
        }
    }
}
