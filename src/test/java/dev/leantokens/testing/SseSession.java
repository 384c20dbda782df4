package dev.leantokens.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.vertx.core.json.JsonObject;

/** A session of the older SSE transport, whose client sends any message. Not initialized. */
public final class SseSession implements AutoCloseable {

    private static final String DATA = "data: ";

    private final Socket socket;
    private final BufferedReader events;
    private final int port;
    private final String messages;
    private final String[] headers;

    /** @param headers lines that each request has */
    public SseSession(int port, String... headers) {
        try {
            this.port = port;
            this.headers = headers;
            this.socket = new Socket(RawHttp.LOOPBACK, port);
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(("GET /mcp/sse HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                    + Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining()) + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            this.events = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String endpoint = nextData();
            this.messages = endpoint.substring(endpoint.indexOf("/mcp/messages/"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the response to the POST; that to the message follows as an event */
    public RawHttp.Response post(String body) {
        return RawHttp.post(RawHttp.LOOPBACK, port, messages, "application/json", body, headers);
    }

    /** @return the next message on the stream */
    public JsonObject nextMessage() {
        return new JsonObject(nextData());
    }

    private String nextData() {
        try {
            String line = events.readLine();
            while (!line.startsWith(DATA)) {
                line = events.readLine();
            }
            return line.substring(DATA.length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
