package dev.leantokens.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Sends HTTP/2 frames (RFC 9113) that no client library sends. */
public final class RawHttp2 {

    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;
    public static final int PADDED = 8;
    public static final int PRIORITIZED = 0x20;

    public static final int INITIAL_WINDOW_SIZE = 4;
    public static final int CANCEL = 8;

    private static final int HEADER_BYTES = 9;

    private final ByteArrayOutputStream frames = new ByteArrayOutputStream();

    /** @param initialWindow the number of bytes of each answer that the client accepts at first */
    public RawHttp2 preface(int initialWindow) {
        return prefaceText().settings(INITIAL_WINDOW_SIZE, initialWindow);
    }

    /** The preface without the settings that belong to it. */
    public RawHttp2 prefaceText() {
        return raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** @param pairs alternating identifiers and values */
    public RawHttp2 settings(int... pairs) {
        ByteBuffer payload = ByteBuffer.allocate(pairs.length / 2 * 6);
        for (int i = 0; i < pairs.length; i += 2) {
            payload.putShort((short) pairs[i]).putInt(pairs[i + 1]);
        }
        return frame(SETTINGS, 0, 0, payload.array());
    }

    public RawHttp2 acknowledgeSettings() {
        return frame(SETTINGS, ACK, 0);
    }

    public RawHttp2 get(int stream, String path) {
        return headers(stream, END_STREAM, "GET", path);
    }

    /** Sends a request without its body. */
    public RawHttp2 post(int stream, String path) {
        return headers(stream, 0, "POST", path);
    }

    /** @param flags {@link #END_STREAM} or 0 */
    public RawHttp2 headers(int stream, int flags, String method, String path, String... more) {
        return frame(HEADERS, flags | END_HEADERS, stream, join(fields(":method", method, ":scheme", "http", ":authority",
                "localhost", ":path", path), fields(more)));
    }

    public RawHttp2 data(int stream, byte[] data) {
        return frame(DATA, 0, stream, data);
    }

    public RawHttp2 lastData(int stream, String data) {
        return frame(DATA, END_STREAM, stream, data.getBytes(StandardCharsets.UTF_8));
    }

    public RawHttp2 windowUpdate(int stream, int bytes) {
        return frame(WINDOW_UPDATE, 0, stream, number(bytes));
    }

    public RawHttp2 cancel(int stream) {
        return frame(RST_STREAM, 0, stream, number(CANCEL));
    }

    public RawHttp2 frame(int type, int flags, int stream, byte... payload) {
        frames.writeBytes(ByteBuffer.allocate(HEADER_BYTES).putInt(payload.length << 8 | type).put((byte) flags).putInt(stream)
                .array());
        return raw(payload);
    }

    /** Sends bytes that are no frame, or a part of one. */
    public RawHttp2 raw(byte[] bytes) {
        frames.writeBytes(bytes);
        return this;
    }

    public byte[] bytes() {
        return frames.toByteArray();
    }

    /** @return four bytes */
    public static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    /**
     * @param namesAndValues alternating
     * @return their header block, of literals without indexing (RFC 7541 §6.2.2)
     */
    public static byte[] fields(String... namesAndValues) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i++) {
            if (i % 2 == 0) {
                block.write(0);
            }
            byte[] text = namesAndValues[i].getBytes(StandardCharsets.ISO_8859_1);
            writeLength(block, text.length);
            block.writeBytes(text);
        }
        return block.toByteArray();
    }

    private static void writeLength(ByteArrayOutputStream block, int length) {
        if (length < 0x7f) {
            block.write(length);
            return;
        }
        block.write(0x7f);
        int rest = length - 0x7f;
        for (; rest >= 0x80; rest >>= 7) {
            block.write(rest & 0x7f | 0x80);
        }
        block.write(rest);
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
