package dev.leantokens.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;

/** An HTTP server that sends exactly the bytes of the test, over TLS or not. Each connection has its own thread. */
public final class RawServer implements AutoCloseable {

    private static final int BACKLOG = 1000;

    private final ServerSocket listener;
    private final boolean encrypted;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private volatile Manner manner = (request, out) -> {
    };

    /** How a request is answered. */
    @FunctionalInterface
    public interface Manner {

        /**
         * @param request request line and headers
         * @throws IOException if the client has closed the connection; the server closes it when this method returns
         */
        void answer(String request, Output out) throws IOException;
    }

    /** The server's side of a connection. */
    public static final class Output {

        private final OutputStream out;
        private final InputStream in;

        private Output(Socket socket) throws IOException {
            this.out = socket.getOutputStream();
            this.in = socket.getInputStream();
        }

        public void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        /** Waits until the client has closed the connection. */
        public void awaitClose() throws IOException {
            while (in.read() >= 0) {
                // The client has sent more.
            }
        }
    }

    private RawServer(ServerSocketFactory factory, boolean encrypted) {
        try {
            this.listener = factory.createServerSocket(0, BACKLOG, InetAddress.getByName(RawHttp.LOOPBACK));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.encrypted = encrypted;
        Thread acceptor = new Thread(this::accept, "raw-server");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    public static RawServer start() {
        return new RawServer(ServerSocketFactory.getDefault(), false);
    }

    public static RawServer start(SSLContext tls) {
        return new RawServer(tls.getServerSocketFactory(), true);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** @return the address, without a slash at the end */
    public String url() {
        return (encrypted ? "https://localhost:" : "http://localhost:") + port();
    }

    public void answers(Manner next) {
        manner = next;
    }

    /** @return the heads of all requests so far */
    public List<String> requests() {
        return heads;
    }

    /** @return the number of open connections */
    public int connections() {
        return open.size();
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
                Socket socket = listener.accept();
                open.add(socket);
                Thread thread = new Thread(() -> serve(socket), "raw-server-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                // Closed: the loop ends.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    return;
                }
                head.append((char) next);
            }
            heads.add(head.toString());
            manner.answer(head.toString(), new Output(socket));
        } catch (IOException e) {
            // The client or the test has ended the connection.
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
