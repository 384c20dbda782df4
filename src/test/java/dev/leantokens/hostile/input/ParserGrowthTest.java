package dev.leantokens.hostile.input;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import com.sun.management.ThreadMXBean;

import dev.leantokens.hostile.input.ParserCorpus.Input;

/**
 * Twice as long an input needs about twice the memory, up to the largest that is received. Memory is counted, since it is the
 * same in every run. What copies its input again for each character shows here; a loop in a loop that copies nothing does not.
 */
class ParserGrowthTest {

    /** Half of what a body or the headers of a request may have. */
    private static final int MAX_LENGTH = 8 * 1024;

    /** For each byte of the input: no tree of JSON needs more, and what is quadratic needs a multiple. */
    private static final int ALWAYS_ALLOWED = 100;
    private static final double MAX_GROWTH = 3;
    /** Classes are loaded and tables built in the first runs. */
    private static final int ATTEMPTS = 3;

    private static final List<String> PUMPS = List.of("[", "{\"a\":", "%41", "a&", "&", "a=", ",", ",no-cache", "A=", ".", "(",
            "\\u0041", "\\ud800", "a:", "*", "-", " ", "9", "eyJ", "\n", "\u00ff", "\0", ":1\r\n", "*1\r\n", ";q=0", "/");

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static List<String> parsers() {
        return List.copyOf(Parsers.all().keySet());
    }

    private static List<Input> inputs(String parser) {
        return ParserCorpus.inputs().stream().filter(input -> input.parser().equals(parser) && input.content().length <= 512)
                .limit(1).toList();
    }

    @ParameterizedTest
    @MethodSource("parsers")
    void memoryGrowsWithTheLengthOnly(String parser) throws Exception {
        List<String> quadratic = new ArrayList<>();
        for (Input input : inputs(parser)) {
            int length = input.content().length;
            for (String pump : PUMPS) {
                for (int position : new int[] { length / 2, length }) {
                    if (isQuadratic(Parsers.all().get(parser), input.content(), position, pump)) {
                        quadratic.add("%s with %s at %d".formatted(input, pump, position));
                    }
                }
            }
        }
        assertThat(quadratic).isEmpty();
    }

    @Test
    void quadraticParserIsNoticed() throws Exception {
        Parser quadratic = input -> {
            String text = "";
            for (byte b : input) {
                text += (char) b;
            }
            assertThat(text).hasSameSizeAs(input);
        };
        assertThat(isQuadratic(quadratic, new byte[] { '{', '}' }, 1, ",")).isTrue();
        assertThat(isQuadratic(input -> assertThat(new String(input, ISO_8859_1)).isNotNull(), new byte[2], 1, ",")).isFalse();
    }

    private static boolean isQuadratic(Parser parser, byte[] input, int position, String pump) throws Exception {
        byte[] half = pumped(input, position, pump, MAX_LENGTH / 2);
        byte[] whole = pumped(input, position, pump, MAX_LENGTH);
        for (int i = 0; i < ATTEMPTS; i++) {
            long allocated = allocated(parser, whole);
            if (allocated < (long) ALWAYS_ALLOWED * MAX_LENGTH || allocated < MAX_GROWTH * allocated(parser, half)) {
                return false;
            }
        }
        return true;
    }

    private static byte[] pumped(byte[] input, int position, String pump, int length) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(input, 0, position);
        bytes.writeBytes(pump.repeat((length - input.length) / pump.length()).getBytes(ISO_8859_1));
        bytes.write(input, position, input.length - position);
        return bytes.toByteArray();
    }

    private static long allocated(Parser parser, byte[] input) throws Exception {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        parser.parse(input);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
