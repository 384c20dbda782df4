package dev.leantokens.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vertx.core.buffer.impl.PartialPooledByteBufAllocator;

class ResponseAllocatorTest {

    static Stream<Function<ByteBufAllocator, ByteBuf>> waysToAllocate() {
        return Stream.of(ByteBufAllocator::buffer, allocator -> allocator.buffer(10), allocator -> allocator.buffer(10, 20),
                ByteBufAllocator::ioBuffer, allocator -> allocator.heapBuffer(10), allocator -> allocator.directBuffer(10));
    }

    @ParameterizedTest
    @MethodSource("waysToAllocate")
    void allocatesAsTheAllocatorOfTheConnection(Function<ByteBufAllocator, ByteBuf> allocate) {
        ByteBufAllocator ofVertx = PartialPooledByteBufAllocator.INSTANCE;

        ByteBuf expected = allocate.apply(ofVertx);
        ByteBuf actual = allocate.apply(new ResponseAllocator(ofVertx));

        assertThat(actual.isDirect()).isEqualTo(expected.isDirect());
        assertThat(actual.capacity()).isEqualTo(expected.capacity());
        actual.release();
        expected.release();
    }
}
