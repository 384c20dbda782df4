package dev.leantokens.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that answers like Redis until a test sets another answer. */
final class NonsenseServer implements AutoCloseable {

    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile String nonsense;

    NonsenseServer() {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        new Thread(this::accept, "nonsense").start();
    }

    String url() {
        return "redis://127.0.0.1:" + server.getLocalPort();
    }

    /** @param text the answer to anything, in place of Redis' */
    void answer(String text) {
        nonsense = text;
    }

    int accepted() {
        return accepted.get();
    }

    /** @return the number of connections that the client has not closed */
    int open() {
        return sockets.size();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                accepted.incrementAndGet();
                sockets.add(socket);
                new Thread(() -> serve(socket), "nonsense-connection").start();
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    /** Reads what a client sends at once as one command, which is what the link's client does. */
    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            byte[] buffer = new byte[64 << 10];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                String command = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
                String answer = nonsense != null ? nonsense : reply(command);
                out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            // The client closed the connection.
        } finally {
            sockets.remove(socket);
        }
    }

    private static String reply(String command) {
        String upper = command.toUpperCase(Locale.ROOT);
        if (upper.contains("SUBSCRIBE")) {
            return ">3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";
        }
        if (upper.contains("\r\nPING\r\n")) {
            // As Redis does when a message was on its way.
            return ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n+PONG\r\n";
        }
        return upper.contains("EVAL") ? "*4\r\n:1\r\n:0\r\n:1700000000000\r\n:0\r\n" : "+OK\r\n";
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
