package dev.leantokens.hostile.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

import dev.leantokens.testing.RawHttp2;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;

/** The frames that were received on one HTTP/2 connection. */
final class Http2Responses {

    private static final int HEADER_BYTES = 9;

    private final Map<Integer, String> statuses = new TreeMap<>();
    private final Map<Integer, StringBuilder> bodies = new TreeMap<>();
    private final Map<Integer, Integer> resets = new TreeMap<>();
    private final Set<Integer> ended = new HashSet<>();
    private final List<Long> pings = new ArrayList<>();
    private OptionalInt goAway = OptionalInt.empty();

    private Http2Responses() {
    }

    /** @throws AssertionError if the frames violate the protocol; what follows the last complete one is ignored */
    static Http2Responses of(byte[] received) {
        Http2Responses responses = new Http2Responses();
        DefaultHttp2HeadersDecoder headers = new DefaultHttp2HeadersDecoder(false);
        ByteBuffer bytes = ByteBuffer.wrap(received);
        while (bytes.remaining() >= HEADER_BYTES) {
            int lengthAndType = bytes.getInt(bytes.position());
            int length = lengthAndType >>> 8;
            if (bytes.remaining() < HEADER_BYTES + length) {
                return responses;
            }
            bytes.position(bytes.position() + 4);
            int flags = bytes.get();
            int stream = bytes.getInt();
            byte[] payload = new byte[length];
            bytes.get(payload);
            responses.add(lengthAndType & 0xff, flags, stream, payload, headers);
        }
        return responses;
    }

    private void add(int type, int flags, int stream, byte[] payload, DefaultHttp2HeadersDecoder decoder) {
        switch (type) {
            case RawHttp2.HEADERS -> addHeaders(flags, stream, payload, decoder);
            case RawHttp2.DATA -> {
                assertOpen(stream);
                bodies.computeIfAbsent(stream, id -> new StringBuilder()).append(new String(payload, StandardCharsets.UTF_8));
                end(flags, stream);
            }
            case RawHttp2.RST_STREAM -> {
                // Later ones answer frames that were on the way.
                resets.putIfAbsent(stream, ByteBuffer.wrap(payload).getInt());
                ended.add(stream);
            }
            case RawHttp2.PING -> {
                if ((flags & RawHttp2.ACK) != 0) {
                    pings.add(ByteBuffer.wrap(payload).getLong());
                }
            }
            case RawHttp2.GOAWAY -> goAway = OptionalInt.of(ByteBuffer.wrap(payload).getInt(4));
            case RawHttp2.SETTINGS, RawHttp2.WINDOW_UPDATE -> {
                // Nothing to check.
            }
            default -> throw new AssertionError("frame of type " + type + ": " + Conversation.text(payload));
        }
    }

    private void addHeaders(int flags, int stream, byte[] payload, DefaultHttp2HeadersDecoder decoder) {
        assertOpen(stream);
        int start = (flags & RawHttp2.PRIORITIZED) == 0 ? 0 : 5;
        try {
            Http2Headers headers = decoder.decodeHeaders(stream,
                    Unpooled.wrappedBuffer(payload, start, payload.length - start));
            if (headers.status() != null && !headers.status().toString().equals("100")) {
                statuses.put(stream, headers.status().toString());
            }
        } catch (Http2Exception e) {
            throw new AssertionError("headers cannot be read", e);
        }
        end(flags, stream);
    }

    private void assertOpen(int stream) {
        if (ended.contains(stream)) {
            throw new AssertionError("frame on stream " + stream + ", which has ended");
        }
    }

    private void end(int flags, int stream) {
        if ((flags & RawHttp2.END_STREAM) != 0) {
            ended.add(stream);
        }
    }

    /** @return by stream */
    Map<Integer, String> statuses() {
        return statuses;
    }

    String body(int stream) {
        return bodies.getOrDefault(stream, new StringBuilder()).toString();
    }

    /** @return error codes by stream */
    Map<Integer, Integer> resets() {
        return resets;
    }

    boolean hasEnded(int stream) {
        return ended.contains(stream);
    }

    boolean hasPing(long payload) {
        return pings.contains(payload);
    }

    /** @return the error code */
    OptionalInt goAway() {
        return goAway;
    }
}
