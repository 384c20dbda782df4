package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;

class ReplyLimitsTest {

    private static final int MEBIBYTE = 1 << 20;

    private static String text(int length) {
        return "$" + length + "\r\n" + "*".repeat(length) + "\r\n";
    }

    private static EmbeddedChannel channel() {
        EmbeddedChannel channel = new EmbeddedChannel(new ReplyLimits());
        channel.config().setAutoRead(true);
        return channel;
    }

    /** @return whether the connection is still open */
    private static boolean passes(EmbeddedChannel channel, String reply, int chunk) {
        byte[] bytes = reply.getBytes(StandardCharsets.ISO_8859_1);
        for (int from = 0; from < bytes.length && channel.isOpen(); from += chunk) {
            try {
                channel.writeInbound(Unpooled.copiedBuffer(bytes, from, Math.min(chunk, bytes.length - from)));
            } catch (StoreUnavailableException e) {
                assertThat(e.fault()).isEqualTo(StoreFault.NONSENSE);
            }
            channel.releaseInbound();
        }
        return channel.isOpen();
    }

    static Stream<String> replies() {
        return Stream.of("+OK\r\n", "-ERR no\r\n", ":1\r\n", "$-1\r\n", "*-1\r\n", "_\r\n", "*0\r\n", "$0\r\n\r\n", "#t\r\n",
                ",1.5\r\n", text(1000), "*2\r\n" + text(10) + "*2\r\n:1\r\n*0\r\n", "%1\r\n+key\r\n" + text(5), "~1\r\n:1\r\n",
                "|1\r\n+a\r\n+b\r\n:1\r\n", ">3\r\n+message\r\n" + text(3) + text(100), "=5\r\ntxt:a\r\n");
    }

    /** Each is complete: otherwise their sizes would add up. */
    @ParameterizedTest
    @MethodSource("replies")
    void anyNumberOfRepliesPasses(String reply) {
        EmbeddedChannel channel = channel();
        int repetitions = Math.min(200_000, 8 * MEBIBYTE / reply.length());

        assertThat(passes(channel, reply.repeat(repetitions), 10_007)).isTrue();
        assertThat(passes(channel, reply.repeat(3), 1)).isTrue();
    }

    static Stream<String> tooLarge() {
        return Stream.of("$" + (4 * MEBIBYTE + 1) + "\r\n", "$9999999999999999999999\r\n", "*20002\r\n", "%10002\r\n",
                ">20002\r\n", "~20002\r\n", "|20002\r\n", "+" + "x".repeat(70_000), "x".repeat(70_000),
                "*10\r\n" + text(MEBIBYTE).repeat(5), "*1\r\n".repeat(10) + "*100\r\n" + text(MEBIBYTE).repeat(5),
                "!15\r\n$500000000\r\n\r\n", "+a\n", "$3\r\nabcd\r\n", "$3\r\nabc\rx", "$0\r\nx", "+a\rb\n",
                "*10000\r\n" + "*10000\r\n".repeat(3),
                "*2\r\n:1\r\n*3\r\n" + text(2 * MEBIBYTE) + ":1\r\n" + text(2 * MEBIBYTE));
    }

    @ParameterizedTest
    @MethodSource("tooLarge")
    void tooLargeReplyClosesTheConnection(String reply) {
        assertThat(passes(channel(), reply, 65_536)).isFalse();
        assertThat(passes(channel(), "+OK\r\n" + text(3) + reply, 1013)).isFalse();
    }

    @Test
    void contentOfATextIsNotFollowed() {
        assertThat(passes(channel(), "$12\r\n*9999999999\n\r\n+OK\r\n", 1)).isTrue();
    }
}
