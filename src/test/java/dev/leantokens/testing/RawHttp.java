package dev.leantokens.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import javax.net.ssl.SSLContext;

/**
 * Sends HTTP/1.1 requests that no client library sends: from another address, with a foreign {@code Host}, or incomplete.
 */
public final class RawHttp {

    public static final String LOOPBACK = "127.0.0.1";
    /** Another loopback address, which represents a peer on another machine. */
    public static final String ELSEWHERE = "127.0.0.2";

    private static final int TIMEOUT_MILLIS = 20_000;

    private RawHttp() {
    }

    /** @param headers by lower-case name */
    public record Response(int status, Map<String, String> headers, String body) {
    }

    public static Response post(String from, int port, String path, String contentType, String body, String... headers) {
        return post(Optional.empty(), from, port, path, contentType, body, headers);
    }

    /** @param tls the caller's certificate and trust; empty without TLS */
    public static Response post(Optional<SSLContext> tls, String from, int port, String path, String contentType, String body,
            String... headers) {
        StringBuilder request = new StringBuilder("POST " + path + " HTTP/1.1\r\n");
        boolean host = false;
        for (String header : headers) {
            request.append(header).append("\r\n");
            host |= header.startsWith("Host:");
        }
        if (!host) {
            request.append("Host: localhost:").append(port).append("\r\n");
        }
        request.append("Content-Type: ").append(contentType).append("\r\n")
                .append("Content-Length: ").append(body.getBytes(StandardCharsets.UTF_8).length).append("\r\n")
                .append("Connection: close\r\n\r\n")
                .append(body);
        return send(tls, from, port, request.toString());
    }

    /** Sends the text unchanged and reads until the other side closes the connection. */
    public static Response send(String from, int port, String request) {
        return send(Optional.empty(), from, port, request);
    }

    public static Response send(Optional<SSLContext> tls, String from, int port, String request) {
        try (Socket plain = new Socket()) {
            plain.setSoTimeout(TIMEOUT_MILLIS);
            plain.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
            plain.connect(new InetSocketAddress(LOOPBACK, port), TIMEOUT_MILLIS);
            Socket socket = tls.isEmpty() ? plain : tls.get().getSocketFactory().createSocket(plain, "localhost", port, true);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return parse(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Response parse(String response) {
        int end = response.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new AssertionError("no HTTP response: " + response);
        }
        String[] lines = response.substring(0, end).split("\r\n");
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
        }
        return new Response(Integer.parseInt(lines[0].split(" ")[1]), headers, response.substring(end + 4));
    }
}
