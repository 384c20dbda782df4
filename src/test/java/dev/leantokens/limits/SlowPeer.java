package dev.leantokens.limits;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;

/** A connection whose peer reads only the bytes of {@link #reads}. Its time advances only by {@link #pass}. */
final class SlowPeer extends EmbeddedChannel {

    /** Not initialized here: the base class's constructor flushes already. */
    private long reads;
    private long received;

    SlowPeer(ChannelHandler... handlers) {
        super(handlers);
        freezeTime();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer queue) {
        while (reads > 0 && queue.current() instanceof ByteBuf bytes) {
            int length = (int) Math.min(reads, bytes.readableBytes());
            reads -= length;
            received += length;
            bytes.skipBytes(length);
            queue.progress(length);
            if (bytes.isReadable()) {
                return;
            }
            queue.remove();
        }
    }

    void reads(long bytes) {
        reads = bytes;
        flush();
        runPendingTasks();
    }

    void readsAll() {
        reads(Long.MAX_VALUE);
    }

    long received() {
        return received;
    }

    void pass(Duration time) {
        advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        runScheduledPendingTasks();
        runPendingTasks();
    }
}
