package dev.leantokens.limits;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * What has arrived of an HTTP/2 client's preface, frame or header block (RFC 9113 §3.4, §4.1, §4.3) that is not complete. Netty
 * holds it and reports neither its size nor its age. Limits the time of each by the {@link RequestTimer}. Sits in front of
 * Netty's handler, and is used on the connection's event loop.
 */
final class IncompleteFrame extends ChannelInboundHandlerAdapter {

    private static final int PREFACE_BYTES = 24;
    private static final int HEADER_BYTES = 9;
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;

    private final RequestTimer timer;

    /** Bytes of the frame's header, the first one highest; only the first five matter. */
    private long header;
    private int headerBytes;
    /** Bytes until the end of the frame or the preface. */
    private int missing = PREFACE_BYTES;
    /** Parts of the preface that have not ended: its text and the client's settings. */
    private int prefaceParts = 2;
    private boolean inHeaderBlock;
    private long bytes;

    /** @param timer which has been started */
    IncompleteFrame(RequestTimer timer) {
        this.timer = timer;
    }

    /** @return bytes that Netty has read and not decoded */
    long bytes() {
        return bytes;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) throws Exception {
        if (follow((ByteBuf) read)) {
            timer.stop();
        }
        if (bytes > 0) {
            timer.start();
        }
        super.channelRead(context, read);
    }

    /** @return whether a frame or header block has ended */
    private boolean follow(ByteBuf read) {
        boolean ended = false;
        int position = read.readerIndex();
        while (position < read.writerIndex()) {
            int before = position;
            if (missing > 0) {
                int present = Math.min(missing, read.writerIndex() - position);
                missing -= present;
                position += present;
            } else {
                addToHeader(read.getUnsignedByte(position));
                position++;
            }
            bytes += position - before;
            if (missing == 0 && headerBytes == 0 && !inHeaderBlock) {
                prefaceParts = Math.max(0, prefaceParts - 1);
                if (prefaceParts == 0) {
                    bytes = 0;
                    ended = true;
                }
            }
        }
        return ended;
    }

    private void addToHeader(int octet) {
        headerBytes++;
        if (headerBytes <= 5) {
            header = header << 8 | octet;
        }
        if (headerBytes == HEADER_BYTES) {
            // 24 bits of length, 8 of type, 8 of flags.
            int type = (int) (header >> 8 & 0xff);
            if (type == HEADERS || type == CONTINUATION) {
                inHeaderBlock = (header & END_HEADERS) == 0;
            }
            missing = (int) (header >> 16);
            header = 0;
            headerBytes = 0;
        }
    }
}
