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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A proxy that requires a password or none, tunnels by CONNECT and records the requests. */
public final class ForwardProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final int target;
    private final boolean interim;
    private volatile String credentials;

    /**
     * @param credentials the required value of {@code Proxy-Authorization}; null if none is required
     * @param target the port on this machine to which every tunnel leads
     */
    public ForwardProxy(String credentials, int target) {
        this(credentials, target, true);
    }

    private ForwardProxy(String credentials, int target, boolean interim) {
        this.interim = interim;
        this.credentials = credentials;
        this.target = target;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    /** Only the packaged application skips interim responses, in {@code lean/LeanAddresses}. */
    public static ForwardProxy withoutInterimResponses(String credentials, int target) {
        return new ForwardProxy(credentials, target, false);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** @return the heads of the requests */
    public List<String> requests() {
        return requests;
    }

    public void wants(String otherCredentials) {
        credentials = otherCredentials;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                // Closed.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            String head = head(socket.getInputStream());
            requests.add(head);
            OutputStream out = socket.getOutputStream();
            if (credentials != null && !head.contains("Proxy-Authorization: " + credentials)
                    && !head.contains("proxy-authorization: " + credentials)) {
                // Repeats the request for diagnosis, as some proxies do.
                out.write(("HTTP/1.1 407 " + head.replace("\r\n", " ") + "\r\nContent-Length: 0\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                return;
            }
            try (Socket lean = new Socket(InetAddress.getLoopbackAddress(), target)) {
                // RFC 9110 §15.2 allows interim responses.
                if (interim) {
                    out.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nVia: x\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                }
                out.write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                threads.execute(() -> copy(lean, socket));
                socket.getInputStream().transferTo(lean.getOutputStream());
            }
        } catch (IOException e) {
            // Closed by either side.
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.close();
        } catch (IOException e) {
            // Closed by either side.
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = in.read();
            if (read < 0) {
                throw new IOException("closed within the head");
            }
            head.append((char) read);
        }
        return head.toString();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
