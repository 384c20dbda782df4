package dev.leantokens.hostile.input;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Changes an input a little: parts are inserted, repeated, removed or exchanged with those of another input. */
final class InputMutation {

    private static final int MAX_CHANGES = 4;
    private static final int MAX_REPETITIONS = 4;

    /** What the formats are made of. */
    private static final List<byte[]> TOKENS = List.of(",", ", ", ";", ":", "=", "&", "%", "+", "*", "**", "/", ".", "..", "-",
            "_", "~", "[", "]", "{", "}", "\"", "\\", "\\u0000", "\\ud83d", "\\ude00", "%00", "%2b", "\n", "\r\n", "\0", " ",
            "\t", "true", "null", "0", "1", "-1", "1e9", "9223372036854775808", "q=0", "no-cache", "Basic ", "Bearer ", "api",
            "customer.", "client_id", "client_secret", "scope", "GMT", "2027", "A", "==", "eyJ", "{\"a\":", "sha256:",
            "http://", "@", "[::1]", "$", "\u00e9", "\ufeff", "\ufffd").stream()
            .map(token -> token.getBytes(StandardCharsets.UTF_8)).toList();

    private InputMutation() {
    }

    /** @return one of the inputs, changed */
    static byte[] of(List<byte[]> inputs, RandomGenerator random) {
        byte[] input = oneOf(inputs, random);
        for (int changes = 1 + random.nextInt(MAX_CHANGES); changes > 0; changes--) {
            input = changed(input, inputs, random);
        }
        return input;
    }

    private static byte[] changed(byte[] input, List<byte[]> inputs, RandomGenerator random) {
        int start = random.nextInt(input.length + 1);
        int end = start + random.nextInt(input.length - start + 1);
        return switch (random.nextInt(7)) {
            case 0, 1 -> replaced(input, start, start, oneOf(TOKENS, random), 1);
            case 2 -> replaced(input, start, end, oneOf(TOKENS, random), 1);
            case 3 -> replaced(input, start, start, part(input, start, end), 1 + random.nextInt(MAX_REPETITIONS));
            case 4 -> replaced(input, start, end, new byte[0], 1);
            case 5 -> replaced(input, start, Math.min(start + 1, input.length), new byte[] { (byte) random.nextInt(256) }, 1);
            default -> {
                byte[] other = oneOf(inputs, random);
                int from = random.nextInt(other.length + 1);
                yield replaced(input, start, end, part(other, from, from + random.nextInt(other.length - from + 1)), 1);
            }
        };
    }

    private static byte[] replaced(byte[] input, int start, int end, byte[] by, int times) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(input.length + times * by.length);
        bytes.write(input, 0, start);
        for (int i = 0; i < times; i++) {
            bytes.writeBytes(by);
        }
        bytes.write(input, end, input.length - end);
        return bytes.toByteArray();
    }

    private static byte[] part(byte[] input, int start, int end) {
        return Arrays.copyOfRange(input, start, end);
    }

    private static byte[] oneOf(List<byte[]> some, RandomGenerator random) {
        return some.get(random.nextInt(some.size()));
    }
}
