package dev.leantokens.soak;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The treatment of one response of Lean by the gateway in between, and its frequency. */
enum Manner {
    /** Sends interim responses, with pauses, before the response. */
    INTERIM(60),
    /** Sends the response twice, at once. */
    TWICE(20),
    /** Forgets the connection after the response: the next request is answered by an RST. */
    FORGOTTEN(30),
    /** Like FORGOTTEN, but the next request gets no answer for a while. */
    DEAF(5),
    /** Sends each byte in a segment of its own. */
    DRIP(20),
    /** Sends an unsolicited 408 behind the response, and closes the connection. */
    GHOST_408(10),
    /** Sends half of the response, and then an RST. */
    HALF_AND_RESET(10),
    /** Sends half of the response, and then a FIN. */
    HALF_AND_FINISH(10),
    /** Sends half of the response, and then nothing until the client gives up. */
    HALF_AND_SILENCE(5),
    CHUNKED_WITH_TRAILERS(20, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "$HEX;extension=\"a;b\"\r\n$BODY\r\n0\r\nX-Trailer: end\r\nContent-Length: 7\r\n\r\n"),
    CHUNKED_WITH_A_LENGTH(5, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: $LENGTH\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n$HEX\r\n$BODY\r\n0\r\n\r\n"),
    TWO_LENGTHS(5, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: $LENGTH\r\nContent-Length: 9\r\n\r\n"
            + "$BODY"),
    /** The rest of the body follows as if it were the next response. */
    TOO_SHORT_A_LENGTH(5, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n$BODY"),
    BODY_UNTIL_THE_END(10, "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n$BODY", true),
    WITHOUT_HEADERS(5, "$BODY", true),
    FOLDED_HEADER(5,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Folded: one\r\n two\r\nContent-Length: $LENGTH\r\n\r\n"
                    + "$BODY"),
    BARE_LINE_FEEDS(5, "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: $LENGTH\n\n$BODY"),
    NUL_IN_A_HEADER(5,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Nul: a\0b\r\nContent-Length: $LENGTH\r\n\r\n$BODY"),
    LONG_LINE(5, "HTTP/1.1 200 OK\r\nX-Long: " + "x".repeat(64 * 1024) + "\r\nContent-Length: $LENGTH\r\n\r\n$BODY"),
    SWITCHES_PROTOCOLS(5, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n$BODY"),
    NOT_MODIFIED(5, "HTTP/1.1 304 Not Modified\r\nContent-Length: $LENGTH\r\n\r\n"),
    RESET_CONTENT(5, "HTTP/1.1 205 Reset Content\r\nContent-Length: $LENGTH\r\n\r\n$BODY"),
    POLITE(735);

    private final int perMille;
    private final String template;
    private final boolean last;

    Manner(int perMille) {
        this(perMille, "", false);
    }

    Manner(int perMille, String template) {
        this(perMille, template, false);
    }

    /**
     * @param template the response, with {@code $BODY} for the body, {@code $LENGTH} for its length and {@code $HEX} for the
     *        same in hexadecimal digits; empty for the response as it is
     * @param last whether the end of the connection follows
     */
    Manner(int perMille, String template, boolean last) {
        this.perMille = perMille;
        this.template = template;
        this.last = last;
    }

    static Manner draw(RandomGenerator random) {
        int drawn = random.nextInt(1000);
        for (Manner manner : values()) {
            drawn -= manner.perMille;
            if (drawn < 0) {
                return manner;
            }
        }
        return POLITE;
    }

    /** @return whether the end of the connection follows the response */
    boolean isLast() {
        return last;
    }

    /**
     * @param response a response whose length is in its header
     * @return what is sent instead of it; empty if it is sent as it is, like all that has no token
     */
    Optional<byte[]> instead(byte[] response) {
        String text = new String(response, StandardCharsets.ISO_8859_1);
        if (template.isEmpty() || !text.startsWith("HTTP/1.1 200 ")) {
            return Optional.empty();
        }
        String body = text.substring(text.indexOf("\r\n\r\n") + 4);
        return Optional.of(template.replace("$LENGTH", Integer.toString(body.length()))
                .replace("$HEX", Integer.toHexString(body.length())).replace("$BODY", body)
                .getBytes(StandardCharsets.ISO_8859_1));
    }
}
