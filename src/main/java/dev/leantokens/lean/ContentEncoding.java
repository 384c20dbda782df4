package dev.leantokens.lean;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * Undoes the content encoding of a body (RFC 9110 §8.4). None is asked for, but a gateway may compress all the same. It is done
 * here and not in Netty's pipeline, where a body that is not what it is called is a broken connection at one time and a broken
 * answer at another.
 */
final class ContentEncoding {

    private static final byte[] UNREADABLE = new byte[0];

    private ContentEncoding() {
    }

    /**
     * @param encoding the {@code Content-Encoding} header; null if there was none
     * @param limit the number of bytes that the decoded body may have
     * @return the decoded body; empty if it cannot be decoded or is longer than the limit, so that it says as little as one
     *         that is not JSON
     */
    static byte[] decode(byte[] body, String encoding, long limit) {
        return switch (encoding == null ? "identity" : encoding.strip().toLowerCase(Locale.ROOT)) {
            case "identity" -> body;
            case "gzip", "x-gzip" -> unzip(body, limit);
            default -> UNREADABLE;
        };
    }

    private static byte[] unzip(byte[] body, long limit) {
        try (InputStream unzipped = new GZIPInputStream(new ByteArrayInputStream(body))) {
            byte[] decoded = unzipped.readNBytes((int) Math.min(limit, Integer.MAX_VALUE - 8));
            return unzipped.read() < 0 ? decoded : UNREADABLE;
        } catch (IOException e) {
            // Not gzip, or cut off.
            return UNREADABLE;
        }
    }
}
