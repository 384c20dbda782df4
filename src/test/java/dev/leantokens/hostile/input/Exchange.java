package dev.leantokens.hostile.input;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.leantokens.testing.RawHttp;

/**
 * A request whose body and headers have any bytes, and its response. Its framing is right.
 *
 * @param headers lines without their end
 */
record Exchange(String method, String path, List<byte[]> headers, byte[] body) {

    /** For one response; ordinary ones take milliseconds. */
    private static final int PATIENCE_MILLIS = 30_000;

    /** @param headers by name, in any case */
    record Answer(int status, Map<String, String> headers, String body) {

        boolean isJson() {
            return headers.getOrDefault("Content-Type", "").startsWith("application/json");
        }
    }

    static Exchange post(String path, List<String> headers, byte[] body) {
        return new Exchange("POST", path, headers.stream().map(header -> header.getBytes(ISO_8859_1)).toList(), body);
    }

    Answer send(int port) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes((method + " " + path + " HTTP/1.1\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n")
                .getBytes(ISO_8859_1));
        boolean host = false;
        for (byte[] header : headers) {
            request.writeBytes(header);
            request.writeBytes("\r\n".getBytes(ISO_8859_1));
            host |= new String(header, ISO_8859_1).regionMatches(true, 0, "host:", 0, 5);
        }
        request.writeBytes((host ? "\r\n" : "Host: localhost\r\n\r\n").getBytes(ISO_8859_1));
        request.writeBytes(body);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(RawHttp.LOOPBACK, port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request.toByteArray());
            byte[] received = socket.getInputStream().readAllBytes();
            if (received.length == 0) {
                throw new AssertionError("no response: " + this);
            }
            return parsed(received);
        }
    }

    private static Answer parsed(byte[] received) {
        String text = new String(received, ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new AssertionError("an incomplete response: " + text);
        }
        String[] lines = text.substring(0, end).split("\r\n");
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
        }
        String body = text.substring(end + 4);
        return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers, new String(
                ("chunked".equals(headers.get("Transfer-Encoding")) ? unchunked(body) : body).getBytes(ISO_8859_1), UTF_8));
    }

    private static String unchunked(String body) {
        StringBuilder whole = new StringBuilder();
        int position = 0;
        while (true) {
            int end = body.indexOf("\r\n", position);
            int length = Integer.parseInt(body.substring(position, end), 16);
            if (length == 0) {
                return whole.toString();
            }
            whole.append(body, end + 2, end + 2 + length);
            position = end + 4 + length;
        }
    }

    /** Shows the request in a failure, escaped. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(method + " " + path);
        headers.forEach(header -> text.append(" | ").append(escaped(header)));
        return text.append(" || ").append(escaped(body)).toString();
    }

    private static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(bytes.length, 2_000); i++) {
            int c = bytes[i] & 0xFF;
            text.append(c >= ' ' && c <= '~' ? String.valueOf((char) c) : "\\x%02x".formatted(c));
        }
        return text + (bytes.length > 2_000 ? "… (" + bytes.length + " bytes)" : "");
    }
}
