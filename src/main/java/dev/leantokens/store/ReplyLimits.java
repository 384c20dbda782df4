package dev.leantokens.store;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.impl.CloseFuture;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.impl.NetClientImpl;

/**
 * Closes a connection on which Redis sends more than this service ever asks for. Vert.x' client would collect any reply in
 * memory, and anyone who can write Redis can send messages of 512 MB.
 * <p>
 * Follows the lengths of the protocol (RESP 2 and 3) only; the content is left to the client. What the client could read in
 * another way than this class is refused: lines that end without a carriage return, texts that are longer than they say, and
 * errors with a length, which Redis does not send.
 */
final class ReplyLimits extends ChannelInboundHandlerAdapter {

    /** More than a sealed response of Lean can have: LEAN_MAX_RESPONSE_SIZE is 64 KiB by default. */
    static final int MAX_BYTES = 4 << 20;
    /** More than the list of a cluster's nodes has. */
    static final int MAX_ELEMENTS = 20_000;
    static final int MAX_LINE = 64 << 10;

    private static final byte CARRIAGE_RETURN = '\r';
    private static final byte LINE_FEED = '\n';
    private static final int LINE_END = 2;
    /** A map has keys and values. */
    private static final int PAIR = 2;

    /** What is left of a text with a known length, including its line end. */
    private long textLeft;
    /** The first byte of the current line; 0 at its start. */
    private byte type;
    private long length;
    private byte previous;
    private boolean negative;
    private int lineLength;
    /** What is left of the current reply: it is complete at 0. */
    private long elementsLeft = 1;
    /** The size of the current reply so far, and of what it says is to come. */
    private long bytes;
    private long elements;

    /** Creates the client of Vert.x' client of Redis with these limits. */
    static final class LimitingVertx extends VertxWrapper {

        LimitingVertx(VertxInternal vertx) {
            super(vertx);
        }

        @Override
        public NetClient createNetClient(NetClientOptions options) {
            CloseFuture closeFuture = new CloseFuture();
            NetClientImpl client = new NetClientImpl(delegate, null, options, closeFuture) {

                @Override
                protected void initChannel(ChannelPipeline pipeline) {
                    super.initChannel(pipeline);
                    pipeline.addLast(new ReplyLimits());
                }
            };
            closeFuture.add(client);
            return client;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf chunk && !isWithinLimits(chunk)) {
            ReferenceCountUtil.release(message);
            context.fireExceptionCaught(new StoreUnavailableException(StoreFault.NONSENSE));
            context.close();
        } else {
            context.fireChannelRead(message);
        }
    }

    private boolean isWithinLimits(ByteBuf chunk) {
        int index = chunk.readerIndex();
        while (index < chunk.writerIndex()) {
            if (textLeft > 0 && textLeft <= LINE_END) {
                if (chunk.getByte(index++) != (textLeft == LINE_END ? CARRIAGE_RETURN : LINE_FEED)) {
                    return false;
                }
                textLeft--;
            } else if (textLeft > 0) {
                int skipped = (int) Math.min(textLeft - LINE_END, chunk.writerIndex() - index);
                textLeft -= skipped;
                index += skipped;
            } else if (!isLineWithinLimits(chunk.getByte(index++))) {
                return false;
            }
        }
        return true;
    }

    private boolean isLineWithinLimits(byte next) {
        if (next == LINE_FEED) {
            return previous == CARRIAGE_RETURN && endLine();
        }
        previous = next;
        lineLength++;
        if (type == 0) {
            type = next;
        } else if (next == '-') {
            negative = true;
        } else if (next >= '0' && next <= '9' && length <= Integer.MAX_VALUE) {
            length = length * 10 + next - '0';
        }
        return lineLength <= MAX_LINE;
    }

    private boolean endLine() {
        bytes += lineLength;
        // -1 is the length of null, which has neither text nor elements.
        long known = negative ? 0 : length;
        switch (type) {
            case '$', '=' -> {
                textLeft = negative ? 0 : known + LINE_END;
                bytes += known;
                elementsLeft--;
            }
            case '*', '~', '>' -> open(known - 1);
            case '%' -> open(PAIR * known - 1);
            // Attributes come in addition to what they are about.
            case '|' -> open(PAIR * known);
            case '!' -> {
                return false;
            }
            default -> elementsLeft--;
        }
        boolean within = bytes <= MAX_BYTES && elements <= MAX_ELEMENTS;
        if (elementsLeft <= 0) {
            elementsLeft = 1;
            bytes = 0;
            elements = 0;
        }
        type = 0;
        previous = 0;
        length = 0;
        negative = false;
        lineLength = 0;
        return within;
    }

    private void open(long further) {
        elementsLeft += further;
        elements += further;
    }
}
