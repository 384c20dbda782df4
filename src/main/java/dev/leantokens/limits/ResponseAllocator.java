package dev.leantokens.limits;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Allocates the buffers of one HTTP/1.1 connection. That of a response's head gets room for a short body, which Netty's encoder
 * then adds to it: one buffer takes less work on its way than two. Used on the connection's event loop.
 */
final class ResponseAllocator extends AbstractByteBufAllocator {

    /** Longer bodies are not copied. */
    private static final int MAX_BODY_BYTES = 4 * 1024;

    private final ByteBufAllocator allocator;
    private int bodyBytes;

    ResponseAllocator(ByteBufAllocator allocator) {
        super(false);
        this.allocator = allocator;
    }

    /**
     * Announces a response, whose head gets the next buffer.
     *
     * @param bytes of its body
     */
    void expectBody(int bytes) {
        bodyBytes = bytes <= MAX_BODY_BYTES ? bytes : 0;
    }

    @Override
    public ByteBuf buffer(int initialCapacity) {
        int capacity = initialCapacity + bodyBytes;
        bodyBytes = 0;
        return allocator.buffer(capacity);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return allocator.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return allocator.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return allocator.isDirectBufferPooled();
    }
}
