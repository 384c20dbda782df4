package dev.leantokens.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/**
 * A token endpoint that sends bytes that no HTTP server library sends: interim responses, several responses, partial ones. Each
 * connection has its own thread.
 */
public class RudeLean implements QuarkusTestResourceLifecycleManager {

    private static final int BACKLOG = 1000;

    private final StubSettings settings = new StubSettings();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final int mcpPort = FreePorts.next();
    private volatile Manner manner = Manner.POLITE;
    private ServerSocket server;

    /** How a request is answered. */
    @FunctionalInterface
    public interface Manner {

        Manner POLITE = (connection, request) -> connection.write(okay(request));

        /** @throws IOException if the connection broke; closes it */
        void answer(Connection connection, Request request) throws IOException;
    }

    /**
     * One token request.
     *
     * @param head request line and headers
     * @param body the form
     * @param nth the number of the request on its connection, from 1
     */
    public record Request(String head, String body, int nth) {

        public String parameter(String name) {
            for (String pair : body.split("&")) {
                if (pair.startsWith(name + "=")) {
                    return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
                }
            }
            return null;
        }

        /** @return whether this is a token request, not one for the metadata document */
        public boolean isTokenRequest() {
            return head.startsWith("POST ");
        }
    }

    /** The server's side of a connection. */
    public static final class Connection {

        private final Socket socket;
        private final OutputStream out;

        private Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
        }

        public void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        /** Closes the connection with an RST, so that pending and further requests fail. */
        public void reset() {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                // Its thread may have closed it meanwhile.
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        public void close() throws IOException {
            socket.close();
        }
    }

    @Override
    public void init(Map<String, String> arguments) {
        settings.apply(arguments);
    }

    @Override
    public Map<String, String> start() {
        try {
            server = new ServerSocket(0, BACKLOG, InetAddress.getByName(RawHttp.LOOPBACK));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread acceptor = new Thread(this::accept, "rude-lean");
        acceptor.setDaemon(true);
        acceptor.start();
        return settings.of("http://" + RawHttp.LOOPBACK + ":" + server.getLocalPort(), mcpPort);
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(RudeLean.class));
    }

    @Override
    public void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.forEach(Connection::reset);
    }

    public int mcpPort() {
        return mcpPort;
    }

    /** Removes all requests and closes all connections. */
    public void reset() {
        manner = Manner.POLITE;
        connections.forEach(Connection::reset);
        Awaitility.await().until(connections::isEmpty);
        requests.clear();
        accepted.set(0);
    }

    public void answers(Manner next) {
        manner = next;
    }

    /** @return the open connections */
    public Set<Connection> connections() {
        return connections;
    }

    /** @return the number of connections since the last reset */
    public int accepted() {
        return accepted.get();
    }

    /** @return the token requests since the last reset */
    public List<Request> requests() {
        return requests;
    }

    /** @return a complete response with the token for the request */
    public static String okay(Request request, String... headers) {
        return response("200 OK", tokenResponse(request), headers);
    }

    /** @return the token of this scope and client */
    public static String token(String scope, String clientId) {
        return "token-of-" + scope + "-for-" + clientId;
    }

    public static String tokenResponse(Request request) {
        return "{\"access_token\":\"%s\",\"scope\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":3599}".formatted(
                token(request.parameter("scope"), request.parameter("client_id")), request.parameter("scope"));
    }

    public static String response(String status, String body, String... headers) {
        StringBuilder text = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        return text.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body).toString();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Connection connection = new Connection(server.accept());
                accepted.incrementAndGet();
                connections.add(connection);
                Thread thread = new Thread(() -> serve(connection), "rude-lean-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                // Closed: the loop ends.
            }
        }
    }

    private void serve(Connection connection) {
        try (Socket socket = connection.socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int nth = 1;; nth++) {
                Request request = read(in, nth);
                if (request == null) {
                    return;
                }
                if (!request.isTokenRequest()) {
                    connection.write("HTTP/1.1 102 Processing\r\n\r\n");
                    connection.write(response("200 OK", "{}"));
                    continue;
                }
                requests.add(request);
                manner.answer(connection, request);
            }
        } catch (IOException e) {
            // The client or the test has ended the connection.
        } finally {
            connections.remove(connection);
        }
    }

    private static Request read(InputStream in, int nth) throws IOException {
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
