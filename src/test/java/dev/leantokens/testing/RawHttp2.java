package dev.leantokens.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Sends HTTP/2 frames (RFC 9113) that no client library sends. */
public final class RawHttp2 {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int WINDOW_UPDATE = 8;

    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    private static final short INITIAL_WINDOW_SIZE = 4;

    private final ByteArrayOutputStream frames = new ByteArrayOutputStream();

    /** @param initialWindow the number of bytes of each answer that the client accepts at first */
    public RawHttp2 preface(int initialWindow) {
        frames.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return frame(SETTINGS, 0, 0, ByteBuffer.allocate(6).putShort(INITIAL_WINDOW_SIZE).putInt(initialWindow).array());
    }

    public RawHttp2 get(int stream, String path) {
        return headers(stream, END_STREAM, "GET", path);
    }

    /** Sends a request without its body. */
    public RawHttp2 post(int stream, String path) {
        return headers(stream, 0, "POST", path);
    }

    public RawHttp2 data(int stream, byte[] data) {
        return frame(DATA, 0, stream, data);
    }

    public RawHttp2 windowUpdate(int stream, int bytes) {
        return frame(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
    }

    private RawHttp2 headers(int stream, int flags, String method, String path) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        literal(block, ":method", method);
        literal(block, ":scheme", "http");
        literal(block, ":authority", "localhost");
        literal(block, ":path", path);
        return frame(HEADERS, flags | END_HEADERS, stream, block.toByteArray());
    }

    /** Encodes a literal without indexing (RFC 7541 §6.2.2). */
    private static void literal(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        for (String text : new String[] { name, value }) {
            block.write(text.length());
            block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private RawHttp2 frame(int type, int flags, int stream, byte[] payload) {
        frames.writeBytes(ByteBuffer.allocate(9).putInt(payload.length << 8 | type).put((byte) flags).putInt(stream).array());
        frames.writeBytes(payload);
        return this;
    }

    public byte[] bytes() {
        return frames.toByteArray();
    }
}
