package dev.leantokens.limits;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Counts the answers of one HTTP/2 connection that wait for the client's windows to open. Netty queues them without a limit,
 * and does not report how much. Called on the connection's event loop unless stated otherwise.
 */
final class Http2Answers implements Http2RemoteFlowController {

    /** What may wait on one connection before its further requests are refused: a hundred requests for tokens, and more. */
    static final long MOST_BYTES = 1024 * 1024;

    /**
     * What may wait on one connection for the client's windows while much waits on all connections together: as much as Vert.x
     * queues on one of HTTP/1.1. The stream of a further answer is reset.
     */
    static final long MOST_BYTES_IF_SCARCE = 64 * 1024;

    /** How many requests of one connection are served at a time while much waits on all connections together. */
    private static final int STREAMS_IF_SCARCE = 8;

    /** What a stream takes beside its bytes, measured: objects of Netty, Vert.x and Quarkus. */
    static final int STREAM_BYTES = 5 * 1024;

    private final Http2RemoteFlowController queue;
    private final Http2Connection connection;
    private final Http2ConnectionHandler handler;
    private final ChannelHandlerContext context;
    private final Http2Connection.PropertyKey key;
    private final BooleanSupplier scarce;

    private volatile long held;
    private long queued;
    private long sent;
    private long queuedBefore;
    private long sentBefore;
    private boolean warned;
    /** How many requests are served at a time; further ones are refused. */
    private int served = Integer.MAX_VALUE;

    private Http2Answers(Http2ConnectionHandler handler, ChannelHandlerContext context, BooleanSupplier scarce) {
        this.handler = handler;
        this.context = context;
        this.scarce = scarce;
        this.connection = handler.connection();
        this.queue = connection.remote().flowController();
        this.key = connection.newKey();
    }

    /**
     * Takes over from Netty's flow controller, to which all is passed on.
     *
     * @param scarce whether much waits on all connections together
     * @return null if HTTP/2 is not spoken
     */
    static Http2Answers of(ChannelPipeline pipeline, BooleanSupplier scarce) {
        ChannelHandlerContext context = pipeline.context(Http2ConnectionHandler.class);
        if (context == null) {
            return null;
        }
        Http2ConnectionHandler handler = (Http2ConnectionHandler) context.handler();
        Http2Answers answers = new Http2Answers(handler, context, scarce);
        handler.connection().remote().flowController(answers);
        handler.connection().addListener(answers.new Refusal());
        answers.hearOfRequests();
        return answers;
    }

    /** @return how much memory the answers take that are not sent; by any thread */
    long held() {
        return held;
    }

    /** @return how many requests have no answer that has started */
    int unanswered() {
        int[] unanswered = new int[1];
        forEachStream(stream -> {
            if (!stream.isHeadersSent()) {
                unanswered[0]++;
            }
        });
        return unanswered[0];
    }

    /** @return how much was read of these */
    long unhandled() {
        long[] unhandled = new long[1];
        forEachStream(stream -> {
            Answer answer = stream.getProperty(key);
            if (answer != null && !stream.isHeadersSent()) {
                unhandled[0] += answer.requested;
            }
        });
        return unhandled[0];
    }

    /**
     * Refuses requests by REFUSED_STREAM from now on while too much waits. Clients may send these again (RFC 9113 §8.7).
     *
     * @param waiting on this connection
     */
    void limit(long waiting) {
        served = waiting > MOST_BYTES || hasTooMuchUnread() ? 0
                : scarce.getAsBoolean() ? STREAMS_IF_SCARCE : Integer.MAX_VALUE;
    }

    /** What is waiting now must have made progress by the next call of {@link #areStuck}. */
    void remember() {
        queuedBefore = queued;
        sentBefore = sent;
    }

    /**
     * Resets the streams that have kept their windows shut since the last call.
     *
     * @return whether the connection is to be closed: its answers make no progress, or streams were reset the last time too
     */
    boolean areStuck() {
        if (queued > 0 && sent - sentBefore < Math.min(Backlog.PROGRESS_BYTES, queuedBefore)) {
            return true;
        }
        List<Http2Stream> stuck = new ArrayList<>();
        forEachStream(stream -> {
            Answer answer = stream.getProperty(key);
            // With a window it waits for the other streams, and not for its own client.
            if (answer != null && answer.isStuck() && queue.windowSize(stream) <= 0) {
                stuck.add(stream);
            }
        });
        boolean again = warned && !stuck.isEmpty();
        warned = !stuck.isEmpty();
        if (warned && !again) {
            stuck.forEach(
                    stream -> handler.resetStream(context, stream.id(), Http2Error.CANCEL.code(), context.newPromise()));
            context.flush();
        }
        return again;
    }

    private interface Visitor {
        void visit(Http2Stream stream);
    }

    private void forEachStream(Visitor visitor) {
        if (connection.numActiveStreams() == 0) {
            return;
        }
        try {
            connection.forEachActiveStream(stream -> {
                visitor.visit(stream);
                return true;
            });
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void addFlowControlled(Http2Stream stream, FlowControlled frame) {
        Answer answer = answerOn(stream);
        if (frame.size() > 0 && hasTooMuchUnread() && !canBeSent(stream, answer, frame)) {
            // Closing the connection instead would make an attacker open another one, whose requests are answered again.
            frame.error(context, Http2Exception.streamError(stream.id(), Http2Error.ENHANCE_YOUR_CALM, "Too much is unread"));
            return;
        }
        answer.add(frame.size());
        queue.addFlowControlled(stream, new Frame(frame, answer));
    }

    private Answer answerOn(Http2Stream stream) {
        Answer answer = stream.getProperty(key);
        if (answer == null) {
            answer = new Answer();
            stream.setProperty(key, answer);
        }
        return answer;
    }

    private void hearOfRequests() {
        Http2FrameListener listener = handler.decoder().frameListener();
        if (!(listener instanceof Requests)) {
            handler.decoder().frameListener(new Requests(listener));
        }
    }

    /** Counts what is read of requests. */
    private final class Requests extends Http2FrameListenerDecorator {

        private Requests(Http2FrameListener listener) {
            super(listener);
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) throws Http2Exception {
            super.onSettingsRead(context, settings);
            // By the client's first ones, Vert.x has replaced this by its own listener.
            hearOfRequests();
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext context, int stream, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            count(stream, headers);
            super.onHeadersRead(context, stream, headers, padding, end);
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext context, int stream, Http2Headers headers, int dependency, short weight,
                boolean exclusive, int padding, boolean end) throws Http2Exception {
            count(stream, headers);
            super.onHeadersRead(context, stream, headers, dependency, weight, exclusive, padding, end);
        }

        @Override
        public int onDataRead(ChannelHandlerContext context, int stream, ByteBuf data, int padding, boolean end)
                throws Http2Exception {
            answerOn(connection.stream(stream)).requested += data.readableBytes();
            return super.onDataRead(context, stream, data, padding, end);
        }

        private void count(int stream, Http2Headers headers) {
            Answer answer = answerOn(connection.stream(stream));
            headers.forEach(header -> answer.requested += header.getKey().length() + header.getValue().length());
        }
    }

    private boolean hasTooMuchUnread() {
        return held > MOST_BYTES_IF_SCARCE && scarce.getAsBoolean();
    }

    /** Whether the client's windows have room for it, behind what has been queued. */
    private boolean canBeSent(Http2Stream stream, Answer answer, FlowControlled frame) {
        return answer.queued + frame.size() <= queue.windowSize(stream)
                && queued + frame.size() <= queue.windowSize(connection.connectionStream());
    }

    /**
     * Resets requests that are too many before Vert.x hears of them. Netty's own limit of active streams would refuse them
     * too, but then Netty does not know the stream and closes the connection for its body, which is on the way.
     */
    private final class Refusal extends Http2ConnectionAdapter {

        @Override
        public void onStreamActive(Http2Stream stream) {
            if (connection.numActiveStreams() > served) {
                handler.resetStream(context, stream.id(), Http2Error.REFUSED_STREAM.code(), context.newPromise());
                context.flush();
            }
        }
    }

    /** What waits of the answer on one stream. */
    private final class Answer {

        /** Bytes of the request. */
        private long requested;
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

        /** Since the last call. */
        private boolean isStuck() {
            boolean stuck = queued > 0 && queuedBefore > 0
                    && sent - sentBefore < Math.min(Backlog.PROGRESS_BYTES, queuedBefore);
            queuedBefore = queued;
            sentBefore = sent;
            return stuck;
        }
    }

    /** Part of an answer, which counts what becomes of it. */
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

    @Override
    public boolean hasFlowControlled(Http2Stream stream) {
        return queue.hasFlowControlled(stream);
    }

    @Override
    public void writePendingBytes() throws Http2Exception {
        queue.writePendingBytes();
    }

    @Override
    public void listener(Listener listener) {
        queue.listener(listener);
    }

    @Override
    public boolean isWritable(Http2Stream stream) {
        return queue.isWritable(stream);
    }

    @Override
    public void channelWritabilityChanged() throws Http2Exception {
        queue.channelWritabilityChanged();
    }

    @Override
    public void updateDependencyTree(int child, int parent, short weight, boolean exclusive) {
        queue.updateDependencyTree(child, parent, weight, exclusive);
    }

    @Override
    public ChannelHandlerContext channelHandlerContext() {
        return queue.channelHandlerContext();
    }

    @Override
    public void channelHandlerContext(ChannelHandlerContext context) throws Http2Exception {
        queue.channelHandlerContext(context);
    }

    @Override
    public void initialWindowSize(int size) throws Http2Exception {
        queue.initialWindowSize(size);
    }

    @Override
    public int initialWindowSize() {
        return queue.initialWindowSize();
    }

    @Override
    public int windowSize(Http2Stream stream) {
        return queue.windowSize(stream);
    }

    @Override
    public void incrementWindowSize(Http2Stream stream, int delta) throws Http2Exception {
        queue.incrementWindowSize(stream, delta);
    }
}
