package dev.leantokens.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import org.awaitility.Awaitility;

/**
 * An HTTP server that sends exactly the bytes of the test, over TLS or not: interim responses, several responses, partial ones.
 * Each connection has its own thread.
 */
public final class RawServer implements AutoCloseable {

    private static final int BACKLOG = 1000;
    private static final int MAX_UNREAD = 1 << 20;
    private static final int SEGMENT = 16 * 1024;

    private final ServerSocket listener;
    private final Optional<SSLContext> tls;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile Manner manner = (connection, request) -> {
    };

    /** How requests are answered. */
    @FunctionalInterface
    public interface Manner {

        /** @throws IOException if the connection broke; closes it */
        void answer(Connection connection, Request request) throws IOException;

        /** Called before the first request of a connection is read. */
        default void greet(Connection connection) throws IOException {
        }
    }

    /**
     * One request.
     *
     * @param head request line and headers
     * @param body the body
     * @param nth the number of the request on its connection, from 1
     */
    public record Request(String head, String body, int nth) {

        /** @return a member of the form; null without it */
        public String parameter(String name) {
            for (String pair : body.split("&")) {
                if (pair.startsWith(name + "=")) {
                    return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
                }
            }
            return null;
        }
    }

    /** The server's side of a connection. */
    public static final class Connection {

        private final int number;
        private final Socket tcp;
        /** With TLS, another one than that of TCP. */
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private volatile boolean spoilt;

        private Connection(int number, Socket tcp, Optional<SSLContext> tls) throws IOException {
            this.number = number;
            this.tcp = tcp;
            tcp.setTcpNoDelay(true);
            if (tls.isPresent()) {
                SSLSocket encrypted = (SSLSocket) tls.get().getSocketFactory().createSocket(tcp, null, tcp.getPort(), true);
                encrypted.setUseClientMode(false);
                this.socket = encrypted;
            } else {
                this.socket = tcp;
            }
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
        }

        /** @return the number of the connection since the last reset, from 1 */
        public int number() {
            return number;
        }

        public boolean isEncrypted() {
            return socket != tcp;
        }

        /** Writes in one segment, if it is at most 64 KiB and the client has read what was written before. */
        public void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        /** Writes bytes that are not encrypted. */
        public void writeTcp(byte[] bytes) throws IOException {
            tcp.getOutputStream().write(bytes);
        }

        /** Ends the server's side of the connection, with an alert if it is encrypted. */
        public void finish() throws IOException {
            socket.shutdownOutput();
        }

        /** Ends the server's side of TCP; an encrypted connection ends without the alert. */
        public void finishTcp() throws IOException {
            tcp.shutdownOutput();
        }

        /** Closes the connection with an RST, so that pending and further requests fail. */
        public void reset() {
            try {
                tcp.setSoLinger(true, 0);
                tcp.close();
            } catch (IOException e) {
                // Its thread may have closed it meanwhile.
                if (!tcp.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        public void close() throws IOException {
            socket.close();
        }

        private void end() {
            try (tcp) {
                socket.close();
            } catch (IOException e) {
                // The client has ended it.
            }
        }

        /** Requests a new handshake (TLS 1.2) or sends new keys (TLS 1.3). */
        public void renegotiate() throws IOException {
            if (socket instanceof SSLSocket encrypted) {
                encrypted.startHandshake();
            }
        }

        /** Waits until the client has closed the connection. */
        public void awaitClose() throws IOException {
            for (int read = 0; in.read() >= 0; read++) {
                if (read > MAX_UNREAD) {
                    throw new IOException("the client sends without end");
                }
            }
        }

        /** Waits until the client sends another request on this connection, or for so long. */
        public void awaitNext(Duration atMost) throws IOException {
            tcp.setSoTimeout(Math.toIntExact(atMost.toMillis()));
            try {
                in.mark(1);
                if (in.read() >= 0) {
                    in.reset();
                }
            } catch (SocketTimeoutException e) {
                // The client has sent no request.
            } finally {
                tcp.setSoTimeout(0);
            }
        }

        /**
         * Connects the client with a server on this machine, until one of them ends its side.
         *
         * @param sent receives each segment that the client sends
         */
        public void tunnel(int target, Consumer<String> sent) throws IOException {
            try (Socket server = new Socket(RawHttp.LOOPBACK, target)) {
                Thread back = new Thread(() -> {
                    try {
                        server.getInputStream().transferTo(out);
                    } catch (IOException e) {
                        // One of both has ended it.
                    } finally {
                        end();
                    }
                }, "raw-server-tunnel");
                back.setDaemon(true);
                back.start();
                byte[] segment = new byte[SEGMENT];
                for (int length = in.read(segment); length >= 0; length = in.read(segment)) {
                    sent.accept(new String(segment, 0, length, StandardCharsets.ISO_8859_1));
                    server.getOutputStream().write(segment, 0, length);
                }
            }
        }

        /** Records that the client must not send another request. */
        public void spoil() {
            spoilt = true;
        }

        /** @return whether the client must not send another request */
        public boolean isSpoilt() {
            return spoilt;
        }

        private Request read(int nth) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    return null;
                }
                head.append((char) next);
            }
            int length = 0;
            for (String line : head.toString().split("\r\n")) {
                if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                    length = Integer.parseInt(line.substring(15).strip());
                }
            }
            return new Request(head.toString(), new String(in.readNBytes(length), StandardCharsets.ISO_8859_1), nth);
        }
    }

    private RawServer(Optional<SSLContext> tls) {
        try {
            this.listener = new ServerSocket(0, BACKLOG, InetAddress.getByName(RawHttp.LOOPBACK));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.tls = tls;
        Thread acceptor = new Thread(this::accept, "raw-server");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    public static RawServer start() {
        return new RawServer(Optional.empty());
    }

    public static RawServer start(SSLContext tls) {
        return new RawServer(Optional.of(tls));
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** @return the address, without a slash at the end */
    public String url() {
        return (tls.isPresent() ? "https://localhost:" : "http://localhost:") + port();
    }

    public void answers(Manner next) {
        manner = next;
    }

    /** Answers one request on each connection, and closes it. */
    public void answersOnce(Manner next) {
        manner = (connection, request) -> {
            next.answer(connection, request);
            connection.close();
        };
    }

    /** Removes all requests and closes all connections. */
    public void reset() {
        open.forEach(Connection::reset);
        Awaitility.await().until(open::isEmpty);
        requests.clear();
        accepted.set(0);
    }

    /** @return the requests since the last reset */
    public List<Request> requests() {
        return requests;
    }

    /** @return the heads of the requests since the last reset */
    public List<String> heads() {
        return requests.stream().map(Request::head).toList();
    }

    /** @return the open connections */
    public Set<Connection> connections() {
        return open;
    }

    /** @return the number of connections since the last reset */
    public int accepted() {
        return accepted.get();
    }

    public static String response(String status, String body, String... headers) {
        StringBuilder text = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        return text.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body).toString();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket tcp = listener.accept();
                Connection connection = new Connection(accepted.incrementAndGet(), tcp, tls);
                open.add(connection);
                Thread thread = new Thread(() -> serve(connection), "raw-server-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                // Closed: the loop ends.
            }
        }
    }

    private void serve(Connection connection) {
        try {
            manner.greet(connection);
            for (int nth = 1;; nth++) {
                Request request = connection.read(nth);
                if (request == null) {
                    return;
                }
                requests.add(request);
                manner.answer(connection, request);
            }
        } catch (IOException e) {
            // The client or the test has ended the connection.
        } finally {
            connection.end();
            open.remove(connection);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(Connection::reset);
    }
}
