package dev.leantokens.limits;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;

/**
 * Counts what one connection holds in the {@link Backlog}, as the handler next to the socket. A connection whose write queue is
 * full is not read from. A response without progress closes its connection; over HTTP/2 its stream first. Methods are called on
 * the connection's event loop unless stated otherwise.
 */
final class ConnectionBacklog extends ChannelDuplexHandler {

    /**
     * Required progress within the given time: 16 KiB, or everything that waits if it is less. Within 20 s, a line of 9,600
     * baud carries more.
     */
    static final long PROGRESS_BYTES = 16 * 1024;

    /** A large request takes twice its bytes when it is decoded, as measured: headers as text, and a body that grows. */
    private static final int REQUEST_FACTOR = 2;

    private final Backlog backlog;
    private final LongSupplier clock;
    private final long progressNanos;

    private ChannelHandlerContext context;
    /** Null over HTTP/1.1, and until the protocol is known. */
    private volatile Http2Answers http2;
    private IncompleteFrame incomplete;
    /** Bytes of requests whose response has not started. */
    private volatile long requestBytes;
    /** Requests of HTTP/2 whose response has not started. */
    private volatile int requests;
    private long written;
    /** Bytes that wait for room in the backlog; null if they never had to. */
    private Queue<ByteBuf> undecoded;
    /** Capacity of those buffers. */
    private volatile long undecodedBytes;

    private boolean paused;
    private boolean pausedByRequests;
    /** Whether to read again once it is no longer paused. */
    private boolean autoRead;

    /** Written under the lock of this, as the fields that follow. */
    private volatile long held;
    private long heldSince;
    private volatile boolean closed;
    private long closingBytes;
    private double weight;

    private Future<?> progressCheck;
    private long unsentBefore;
    private long sentBefore;

    ConnectionBacklog(Backlog backlog, LongSupplier clock, long progressNanos) {
        this.backlog = backlog;
        this.clock = clock;
        this.progressNanos = progressNanos;
    }

    /**
     * Counts the responses of HTTP/2, which wait in a queue of Netty's, and the requests.
     *
     * @param incomplete what has arrived of the next frame
     */
    void watchHttp2(IncompleteFrame incomplete) {
        this.incomplete = incomplete;
        http2 = Http2Answers.watch(context.pipeline(), backlog::isScarce);
    }

    /**
     * Sets what HTTP/1.1 requests hold. A small request is not counted before its read is complete: most are answered by then,
     * and leave what all connections share untouched.
     *
     * @param bytes of requests whose response has not started
     * @param pause whether nothing more may be read for now
     */
    void setRequests(long bytes, boolean pause) {
        requestBytes = bytes;
        pausedByRequests = pause;
        pauseOrResume();
        if (held > 0 || bytes > Backlog.SMALL_BYTES) {
            update();
        }
    }

    private void pauseOrResume() {
        boolean pause = pausedByRequests || undecodedBytes > 0 || !context.channel().isWritable();
        if (pause == paused) {
            return;
        }
        paused = pause;
        if (pause) {
            autoRead = context.channel().config().isAutoRead();
            context.channel().config().setAutoRead(false);
        } else if (autoRead) {
            context.channel().config().setAutoRead(true);
        }
    }

    /** Vert.x can resume a connection that it has paused, while this pauses it too. */
    @Override
    public void read(ChannelHandlerContext context) throws Exception {
        if (paused) {
            autoRead = true;
            context.channel().config().setAutoRead(false);
        } else {
            super.read(context);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) throws Exception {
        if (closed) {
            ReferenceCountUtil.release(read);
        } else if (read instanceof ByteBuf bytes
                && (undecodedBytes > 0 || !backlog.hasRoom(held + REQUEST_FACTOR * bytes.readableBytes()))) {
            awaitRoom(bytes);
        } else {
            pass(context, read);
        }
    }

    private void pass(ChannelHandlerContext context, Object read) throws Exception {
        if (read instanceof ByteBuf bytes) {
            // An estimate, until the bytes are decoded.
            requestBytes += bytes.readableBytes();
        }
        if (http2 != null) {
            http2.limitStreams(held);
        }
        super.channelRead(context, read);
    }

    private void awaitRoom(ByteBuf read) {
        if (undecoded == null) {
            undecoded = new ArrayDeque<>(2);
        }
        undecoded.add(read);
        boolean first = undecodedBytes == 0;
        undecodedBytes += read.capacity();
        pauseOrResume();
        update();
        if (first) {
            backlog.awaitRoom(this);
            backlog.wakeNext();
        }
    }

    /** Passes the undecoded bytes on, as far as there is room. Called on any thread. */
    void wake() {
        context.executor().execute(this::passUndecoded);
    }

    private void passUndecoded() {
        try {
            while (!undecoded.isEmpty() && backlog.hasRoom(held)) {
                ByteBuf read = undecoded.poll();
                undecodedBytes -= read.capacity();
                pass(context, read);
                channelReadComplete(context);
            }
        } catch (Exception e) {
            context.fireExceptionCaught(e);
        }
        if (!undecoded.isEmpty()) {
            backlog.awaitRoom(this);
        }
        pauseOrResume();
        backlog.wakeNext();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        if (http2 != null) {
            http2.dropReset();
        }
        super.channelReadComplete(context);
        update();
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (message instanceof ByteBuf bytes) {
            written += bytes.readableBytes();
        }
        super.write(context, message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext context) throws Exception {
        super.flush(context);
        update();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
        pauseOrResume();
        super.channelWritabilityChanged(context);
        update();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        if (undecoded != null) {
            undecoded.forEach(ByteBuf::release);
            undecoded.clear();
            undecodedBytes = 0;
        }
        if (progressCheck != null) {
            progressCheck.cancel(false);
        }
        super.channelInactive(context);
        release();
        backlog.wakeNext();
    }

    private void update() {
        Http2Answers answers = http2;
        if (answers != null) {
            answers.countUnanswered();
            requests = answers.unansweredRequests();
            requestBytes = answers.unansweredBytes() + incomplete.bytes();
        }
        long bytes = count();
        if (answers != null) {
            answers.limitStreams(bytes);
        }
        if (bytes > 0) {
            if (progressCheck == null && context.channel().isActive()) {
                scheduleProgressCheck();
            }
            backlog.relieve();
        }
        backlog.wakeNext();
    }

    /**
     * Counts anew. Called on any thread.
     *
     * @return bytes held
     */
    long count() {
        Http2Answers answers = http2;
        long bytes = REQUEST_FACTOR * requestBytes + (long) Http2Answers.STREAM_BYTES * requests + unsent() + undecodedBytes
                + (answers == null ? 0 : answers.held());
        if (bytes == held) {
            return bytes;
        }
        synchronized (this) {
            if (closed) {
                return 0;
            }
            if (held == 0) {
                heldSince = clock.getAsLong();
            }
            backlog.update(this, held, bytes);
            held = bytes;
            return bytes;
        }
    }

    /** @return bytes held when they were last counted; on any thread */
    long held() {
        return held;
    }

    /** Called on any thread, as {@link #weight}. */
    synchronized void weigh(long now) {
        // A small request waits because of this process, not because of its caller; undecoded bytes do so too.
        long time = held > Backlog.SMALL_BYTES ? Math.max(0, now - heldSince) : 0;
        weight = (double) (held - undecodedBytes) * (1 + time);
    }

    /** @return bytes times nanoseconds, as of the last call of {@link #weigh} */
    double weight() {
        return weight;
    }

    /** Closes the connection and drops what has not been sent, in the operating system too. Called on any thread. */
    void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closingBytes = held;
            backlog.startClosing(closingBytes);
            leaveTotal();
        }
        backlog.logClosing();
        context.executor().execute(() -> {
            if (context.channel().isActive()) {
                context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                context.close();
            }
        });
    }

    private synchronized void release() {
        leaveTotal();
        backlog.closed(closingBytes);
        closingBytes = 0;
    }

    private synchronized void leaveTotal() {
        closed = true;
        if (held > 0) {
            backlog.update(this, held, 0);
            held = 0;
        }
    }

    private void scheduleProgressCheck() {
        if (http2 != null) {
            http2.startProgressCheck();
        }
        unsentBefore = unsent();
        sentBefore = sent();
        progressCheck = context.executor().schedule(this::checkProgress, progressNanos, TimeUnit.NANOSECONDS);
    }

    private void checkProgress() {
        progressCheck = null;
        boolean stuck = unsentBefore > 0 && unsent() > 0 && sent() - sentBefore < Math.min(PROGRESS_BYTES, unsentBefore);
        if (stuck || http2 != null && http2.resetStuckStreams()) {
            close();
        } else if (count() > 0) {
            scheduleProgressCheck();
        }
    }

    private long unsent() {
        ChannelOutboundBuffer queue = context.channel().unsafe().outboundBuffer();
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }

    /** Netty counts a buffer as unsent until all of it is sent. */
    private long sent() {
        ChannelOutboundBuffer queue = context.channel().unsafe().outboundBuffer();
        return written - unsent() + (queue == null ? 0 : queue.currentProgress());
    }
}
