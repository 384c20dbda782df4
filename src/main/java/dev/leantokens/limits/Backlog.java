package dev.leantokens.limits;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;

/**
 * Bounds what waits in memory for callers: requests that were read and whose answer has not started, and answers that were
 * written and have not been sent. Thread-safe.
 * <ul>
 * <li>A connection whose write queue is full is not read from.
 * <li>An answer that makes no progress ends its connection; over HTTP/2 its stream first.
 * <li>Over all connections no more than a limit waits. Beyond it, those are closed that have held the most for the longest.
 * <li>Until their memory is free, what the others have sent waits as bytes, and no more is read: Netty closes a connection only
 * after it has read from all that are ready, which can be thousands.
 * </ul>
 */
final class Backlog {

    /**
     * What counts as progress in the time given: 16 KiB, or all that waits if it is less. At 20 s that is less than a line of
     * 9,600 baud carries.
     */
    static final long PROGRESS_BYTES = 16 * 1024;

    /** What is read of a request takes twice its bytes, measured: headers as text, and a body that grows. */
    private static final int UNHANDLED_FACTOR = 2;

    /** What a connection may hold and still be served while there is no room for more: more than an ordinary request. */
    private static final int LITTLE_BYTES = 4 * 1024;

    private final long most;
    private final long patienceNanos;
    private final LongSupplier clock;
    private final RareLog log;

    private final Set<Connection> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicLong total = new AtomicLong();
    /** Of connections that are being closed, beside the total, until their memory is free. */
    private final AtomicLong ending = new AtomicLong();
    /** Those that wait for room with what they have read, the first one first. */
    private final Deque<Connection> readers = new ConcurrentLinkedDeque<>();
    private final AtomicBoolean relieving = new AtomicBoolean();
    private final AtomicLong closed = new AtomicLong();

    /**
     * @param most bytes over all connections
     * @param patience for an answer that makes no progress
     * @param clock nanoseconds since some time
     * @param log takes a line for the log
     */
    Backlog(long most, Duration patience, LongSupplier clock, Consumer<String> log) {
        this.most = most;
        this.patienceNanos = patience.toNanos();
        this.clock = clock;
        this.log = new RareLog(clock, log);
    }

    Connection connection() {
        return new Connection();
    }

    long total() {
        return total.get();
    }

    /** Bytes and time together: callers who get on hold much for a moment, or little; attackers both. */
    private void relieve() {
        if (!relieving.compareAndSet(false, true)) {
            return;
        }
        try {
            waiting.forEach(Connection::count);
            if (total.get() <= most) {
                return;
            }
            long now = clock.getAsLong();
            List<Connection> candidates = new ArrayList<>(waiting);
            candidates.forEach(connection -> connection.weigh(now));
            candidates.sort(Comparator.comparingDouble((Connection connection) -> connection.byteSeconds).reversed());
            // A quarter at a time: to look for one at a time would cost more than to close it.
            for (int i = 0; i < candidates.size() && total.get() > most - most / 4; i++) {
                candidates.get(i).end();
            }
        } finally {
            relieving.set(false);
        }
    }

    /** Those that hold little have twice the room, so that they need not wait for those that hold much. */
    private boolean hasRoom(long held) {
        return total.get() + ending.get() <= (held > LITTLE_BYTES ? most : 2 * most);
    }

    /** Wakes one reader, which wakes the next. To be called after whatever may have made room. */
    private void wakeReader() {
        Connection next = readers.peek();
        if (next != null && hasRoom(next.counted) && readers.remove(next)) {
            next.context.executor().execute(next::passEarly);
        }
    }

    private boolean isScarce() {
        return total.get() > most / 2;
    }

    private void closed() {
        closed.incrementAndGet();
        log.say(() -> "Connections are closed whose callers do not read the answers or do not finish the requests, "
                + closed.getAndSet(0) + " since this was last said");
    }

    private static long unsent(ChannelHandlerContext context) {
        ChannelOutboundBuffer queue = context.channel().unsafe().outboundBuffer();
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }

    /** Of one connection, next to the socket. Called by the connection's event loop unless stated otherwise. */
    final class Connection extends ChannelDuplexHandler {

        private ChannelHandlerContext context;
        /** Null over HTTP/1.1, and until the protocol is known. */
        private volatile Http2Answers answers;
        private volatile long unhandled;
        /** Requests of HTTP/2. */
        private volatile int unanswered;
        private long written;
        /** What was read while there was no room, in buffers of {@link #earlyBytes}; null if there never was any. */
        private Queue<ByteBuf> early;
        private volatile long earlyBytes;

        private boolean held;
        private boolean heldForRequests;
        /** Whether it is to be read when it is no longer held. */
        private boolean reading;

        /** Written under the lock of this, like those that follow. */
        private volatile long counted;
        private long since;
        private volatile boolean ended;
        private long endingBytes;
        /** How much it has held for how long, as of when this was last asked. */
        private double byteSeconds;

        private Future<?> check;
        private long unsentBefore;
        private long sentBefore;

        private Connection() {
        }

        /** The answers of HTTP/2 have a queue of their own. */
        void countAnswers() {
            answers = Http2Answers.of(context.pipeline(), Backlog.this::isScarce);
        }

        /**
         * @param bytes of requests whose answer has not started
         * @param enough whether these are more requests than can be handled now, so that nothing more is to be read
         */
        void waitsToBeHandled(long bytes, boolean enough) {
            unhandled = bytes;
            heldForRequests = enough;
            holdOrRead();
            update();
        }

        private void holdOrRead() {
            boolean hold = heldForRequests || earlyBytes > 0 || !context.channel().isWritable();
            if (hold == held) {
                return;
            }
            held = hold;
            if (hold) {
                reading = context.channel().config().isAutoRead();
                context.channel().config().setAutoRead(false);
            } else if (reading) {
                context.channel().config().setAutoRead(true);
            }
        }

        /** Vert.x may resume what it has paused, while this is still held. */
        @Override
        public void read(ChannelHandlerContext context) throws Exception {
            if (held) {
                reading = true;
                context.channel().config().setAutoRead(false);
            } else {
                super.read(context);
            }
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            this.context = context;
        }

        /** Vert.x removes all handlers but its own where it upgrades a connection to HTTP/2. */
        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            if (context.channel().isActive()) {
                context.pipeline().addFirst(this);
                countAnswers();
            }
        }

        @Override
        public boolean isSharable() {
            // So that it can be added again, to the same pipeline.
            return true;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object read) throws Exception {
            if (ended) {
                ReferenceCountUtil.release(read);
            } else if (read instanceof ByteBuf bytes
                    && (earlyBytes > 0 || !hasRoom(counted + UNHANDLED_FACTOR * bytes.readableBytes()))) {
                waitForRoom(bytes);
            } else {
                pass(context, read);
            }
        }

        private void pass(ChannelHandlerContext context, Object read) throws Exception {
            if (read instanceof ByteBuf bytes) {
                // Corrected by what the bytes turn out to be.
                unhandled += bytes.readableBytes();
            }
            if (answers != null) {
                answers.limit(counted);
            }
            super.channelRead(context, read);
        }

        private void waitForRoom(ByteBuf read) {
            if (early == null) {
                early = new ArrayDeque<>(2);
            }
            early.add(read);
            boolean first = earlyBytes == 0;
            earlyBytes += read.capacity();
            holdOrRead();
            update();
            if (first) {
                queue();
                wakeReader();
            }
        }

        private void queue() {
            if (counted > LITTLE_BYTES) {
                readers.addLast(this);
            } else {
                readers.addFirst(this);
            }
        }

        private void passEarly() {
            try {
                while (!early.isEmpty() && hasRoom(counted)) {
                    ByteBuf read = early.poll();
                    earlyBytes -= read.capacity();
                    pass(context, read);
                    channelReadComplete(context);
                }
            } catch (Exception e) {
                context.fireExceptionCaught(e);
            }
            if (!early.isEmpty()) {
                queue();
            }
            holdOrRead();
            wakeReader();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) throws Exception {
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
            holdOrRead();
            super.channelWritabilityChanged(context);
            update();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            if (early != null) {
                early.forEach(ByteBuf::release);
                early.clear();
                earlyBytes = 0;
            }
            if (check != null) {
                check.cancel(false);
            }
            super.channelInactive(context);
            forget();
            wakeReader();
        }

        private void update() {
            Http2Answers http2 = answers;
            if (http2 != null) {
                unanswered = http2.unanswered();
                unhandled = http2.unhandled();
            }
            long bytes = count();
            if (http2 != null) {
                http2.limit(bytes);
            }
            if (bytes > 0) {
                if (check == null && context.channel().isActive()) {
                    watch();
                }
                if (total.get() > most) {
                    relieve();
                }
            }
            wakeReader();
        }

        /** By any thread. */
        private long count() {
            Http2Answers http2 = answers;
            long bytes = UNHANDLED_FACTOR * unhandled + (long) Http2Answers.STREAM_BYTES * unanswered + unsent(context)
                    + earlyBytes + (http2 == null ? 0 : http2.held());
            if (bytes == counted) {
                return bytes;
            }
            synchronized (this) {
                if (ended) {
                    return 0;
                }
                if (counted == 0) {
                    since = clock.getAsLong();
                    waiting.add(this);
                } else if (bytes == 0) {
                    waiting.remove(this);
                }
                total.addAndGet(bytes - counted);
                counted = bytes;
                return bytes;
            }
        }

        private synchronized void forget() {
            leaveTotal();
            ending.addAndGet(-endingBytes);
            endingBytes = 0;
        }

        private synchronized void leaveTotal() {
            ended = true;
            total.addAndGet(-counted);
            counted = 0;
            waiting.remove(this);
        }

        private synchronized void weigh(long now) {
            // How long a little request waits is this process' doing rather than its caller's, as it is with what is early.
            long time = counted > LITTLE_BYTES ? Math.max(0, now - since) : 0;
            byteSeconds = (double) (counted - earlyBytes) * (1 + time);
        }

        /** By any thread. Without what has not been sent, neither here nor by the system. */
        private void end() {
            synchronized (this) {
                if (ended) {
                    return;
                }
                endingBytes = counted;
                ending.addAndGet(endingBytes);
                leaveTotal();
            }
            closed();
            context.executor().execute(() -> {
                if (context.channel().isActive()) {
                    context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                    context.close();
                }
            });
        }

        private void watch() {
            if (answers != null) {
                answers.remember();
            }
            unsentBefore = unsent(context);
            sentBefore = sent();
            check = context.executor().schedule(this::check, patienceNanos, TimeUnit.NANOSECONDS);
        }

        /** Netty counts a buffer as unsent until all of it is sent. */
        private long sent() {
            ChannelOutboundBuffer queue = context.channel().unsafe().outboundBuffer();
            return written - unsent(context) + (queue == null ? 0 : queue.currentProgress());
        }

        private void check() {
            check = null;
            boolean stuck = unsentBefore > 0 && unsent(context) > 0
                    && sent() - sentBefore < Math.min(PROGRESS_BYTES, unsentBefore);
            Http2Answers http2 = answers;
            if (stuck || http2 != null && http2.areStuck()) {
                end();
            } else if (count() > 0) {
                watch();
            }
        }
    }
}
