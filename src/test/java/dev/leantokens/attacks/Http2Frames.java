package dev.leantokens.attacks;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** HTTP/2 frames (RFC 9113) that no client library sends. */
final class Http2Frames {

    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final int HEADERS = 0x1;
    private static final int RST_STREAM = 0x3;
    private static final int SETTINGS = 0x4;
    private static final int END_STREAM_AND_HEADERS = 0x5;
    private static final int INITIAL_WINDOW_SIZE = 0x4;
    private static final int CANCEL = 0x8;

    private Http2Frames() {
    }

    static byte[] initialWindowSize(int bytes) {
        return frame(SETTINGS, 0, 0, ByteBuffer.allocate(6).putShort((short) INITIAL_WINDOW_SIZE).putInt(bytes).array());
    }

    /** Uses only the static table of HPACK and literals. */
    static byte[] get(int stream, String path) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(0x82); // :method: GET
        block.write(0x86); // :scheme: http
        writeLiteral(block, 0x04, path); // :path
        writeLiteral(block, 0x01, "localhost"); // :authority
        return frame(HEADERS, END_STREAM_AND_HEADERS, stream, block.toByteArray());
    }

    private static void writeLiteral(ByteArrayOutputStream block, int indexOfName, String value) {
        block.write(indexOfName);
        block.write(value.length());
        block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] cancel(int stream) {
        return frame(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(CANCEL).array());
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length).put((byte) 0).putShort((short) payload.length).put((byte) type)
                .put((byte) flags).putInt(stream).put(payload).array();
    }
}
