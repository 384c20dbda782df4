package dev.leantokens.limits;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2RemoteFlowController.FlowControlled;
import io.netty.util.ReferenceCountUtil;

/**
 * Removes the bodies of responses to {@code HEAD} from one HTTP/2 connection (RFC 9110 §9.3.2): Vert.x sends them, unlike over
 * HTTP/1.1, and clients report an error. Of a body's DATA frames only the one that ends the stream is sent, and that one is
 * empty. The handler is before Netty's, whose encoded frames it sees. Methods are called on the connection's event loop.
 */
final class BodylessFrames extends ChannelOutboundHandlerAdapter {

    private static final int HEADER_BYTES = 9;
    private static final int FLAGS = 4;
    private static final int END_STREAM = 1;

    private boolean dropping;
    /** What is left of the current frame's payload. */
    private int payload;

    /** @return the frame without its bytes, which needs no room in a window */
    FlowControlled withoutBody(FlowControlled frame) {
        return new Bodyless(frame);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise written) throws Exception {
        if (!dropping) {
            super.write(context, message, written);
            return;
        }
        ByteBuf bytes = (ByteBuf) message;
        if (payload > 0 || bytes.readableBytes() < HEADER_BYTES) {
            payload -= bytes.readableBytes();
        } else {
            payload = bytes.getUnsignedMedium(bytes.readerIndex());
            if ((bytes.getByte(bytes.readerIndex() + FLAGS) & END_STREAM) != 0) {
                super.write(context, bytes.setMedium(bytes.readerIndex(), 0), written);
                return;
            }
        }
        ReferenceCountUtil.release(message);
        written.trySuccess();
    }

    /** A frame whose bytes are dropped when it is written. */
    private final class Bodyless implements FlowControlled {

        private final FlowControlled frame;

        private Bodyless(FlowControlled frame) {
            this.frame = frame;
        }

        @Override
        public int size() {
            return 0;
        }

        @Override
        public void write(ChannelHandlerContext context, int allowedBytes) {
            dropping = true;
            payload = 0;
            try {
                frame.write(context, frame.size());
            } finally {
                dropping = false;
            }
        }

        @Override
        public void writeComplete() {
            frame.writeComplete();
        }

        @Override
        public void error(ChannelHandlerContext context, Throwable cause) {
            frame.error(context, cause);
        }

        @Override
        public boolean merge(ChannelHandlerContext context, FlowControlled next) {
            return false;
        }
    }
}
