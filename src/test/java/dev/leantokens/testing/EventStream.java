package dev.leantokens.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A stream of server-sent events over HTTP/1.1, opened by a GET without a body. */
public final class EventStream implements AutoCloseable {

    private static final String DATA = "data: ";

    private final Socket socket;
    private final BufferedReader response;
    private final int status;

    /** @param headers besides {@code Host} */
    public EventStream(String from, int port, String path, String... headers) {
        try {
            this.socket = new Socket();
            socket.setSoTimeout(20_000);
            socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
            socket.connect(new InetSocketAddress(RawHttp.LOOPBACK, port), 20_000);
            StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
            for (String header : headers) {
                request.append(header).append("\r\n");
            }
            socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
            this.response = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            this.status = Integer.parseInt(response.readLine().split(" ")[1]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int status() {
        return status;
    }

    /** @return the next event's data; null at the end of the stream */
    public String nextData() {
        try {
            String line = response.readLine();
            while (line != null && !line.startsWith(DATA)) {
                line = response.readLine();
            }
            StringBuilder data = new StringBuilder();
            while (line != null && line.startsWith(DATA)) {
                data.append(line.substring(DATA.length())).append('\n');
                line = response.readLine();
            }
            return data.isEmpty() ? null : data.toString();
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
