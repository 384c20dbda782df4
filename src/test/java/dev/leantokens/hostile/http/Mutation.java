package dev.leantokens.hostile.http;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Small random changes of bytes. */
final class Mutation {

    private static final List<String> ODD = List.of("\r", "\n", "\r\n", "\r\n\r\n", "\0", " ", "\t", ":", ";", ",", "\u00ff",
            "0",
            "fffffff", "chunked", "Content-Length: 3\r\n", "Content-Length: 9999\r\n", "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: identity\r\n", "Expect: 100-continue\r\n",
            "Connection: close\r\n", "Connection: keep-alive\r\n", "Upgrade: h2c\r\n", "HTTP/1.0", "HTTP/2.0");

    private Mutation() {
    }

    static byte[] of(byte[] bytes, RandomGenerator random) {
        byte[] mutated = bytes;
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            mutated = once(mutated, random);
        }
        return mutated;
    }

    private static byte[] once(byte[] bytes, RandomGenerator random) {
        int position = random.nextInt(bytes.length + 1);
        int length = Math.min(bytes.length - position, 1 + random.nextInt(random.nextInt(4) == 0 ? 200 : 4));
        byte[] part = Arrays.copyOfRange(bytes, position, position + length);
        ByteArrayOutputStream mutated = new ByteArrayOutputStream();
        mutated.write(bytes, 0, position);
        switch (random.nextInt(5)) {
            case 0 -> {
                // Deletes it.
            }
            case 1 -> {
                mutated.writeBytes(part);
                mutated.writeBytes(part);
            }
            case 2 -> {
                for (byte octet : part) {
                    mutated.write(octet ^ 1 << random.nextInt(8));
                }
            }
            case 3 -> {
                for (int i = part.length - 1; i >= 0; i--) {
                    mutated.write(part[i]);
                }
            }
            default -> {
                mutated.writeBytes(TokenRequest.bytes(ODD.get(random.nextInt(ODD.size()))));
                mutated.writeBytes(part);
            }
        }
        mutated.write(bytes, position + length, bytes.length - position - length);
        return mutated.toByteArray();
    }
}
