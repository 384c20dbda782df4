package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.ForwardProxy;
import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.TlsLean;

/** A host name with several addresses, of which only the last one works. */
class SeveralAddressesIT {

    private static final int BLACK_HOLE_PROBE_MILLIS = 300;

    @TempDir
    Path folder;

    @BeforeEach
    void needsAJvm() {
        assumeTrue(PackagedApplication.artifact().getProperty("type").startsWith("jar"),
                "only a JVM has the property that the test resolves names by");
    }

    /** The addresses refuse, do not answer, break connections, or are of the other family; the last one is Lean. */
    @Test
    @SuppressWarnings("try")
    void nextAttemptGoesToTheNextAddress() throws Exception {
        int port = FreePorts.next();
        Path hosts = Certificates.write(folder.resolve("hosts"), """
                127.0.0.2 lean.example
                127.0.0.3 lean.example
                127.0.0.4 lean.example
                ::1 lean.example
                127.0.0.1 lean.example
                """);
        try (BlackHole silent = new BlackHole("127.0.0.3", port);
                Breaker broken = new Breaker("127.0.0.4", port);
                TlsLean lean = TlsLean.startPlain("127.0.0.1", port);
                PackagedApplication service = PackagedApplication.start(environment(hosts, Map.of(
                        "LEAN_URL", "http://lean.example:" + port)))) {
            // One more attempt: a request was sent to the address that breaks connections.
            for (int i = 0; i < 10; i++) {
                RawHttp.Response answer = token(service, i);
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            }
            assertThat(lean.requests()).hasSize(10);
            assertThat(broken.accepted()).isOne();
        }
    }

    @Test
    void nextAttemptGoesToTheNextAddressOfTheProxy() throws Exception {
        Path hosts = Certificates.write(folder.resolve("hosts"), """
                127.0.0.2 proxy.example
                127.0.0.1 proxy.example
                """);
        Authority authority = new Authority("Authority");
        String credentials = "Basic " + Base64.getEncoder().encodeToString("name:word".getBytes(StandardCharsets.US_ASCII));
        try (TlsLean lean = TlsLean.start(0, authority.issue("lean", "lean.example"));
                ForwardProxy proxy = new ForwardProxy(credentials, lean.port());
                PackagedApplication service = PackagedApplication.start(environment(hosts, Map.of(
                        "LEAN_URL", "https://lean.example",
                        "LEAN_TLS_CA", Certificates.write(folder.resolve("ca.crt"), authority.pem()).toString(),
                        "LEAN_PROXY_URL", "http://proxy.example:" + proxy.port(),
                        "LEAN_PROXY_USERNAME", "name", "LEAN_PROXY_PASSWORD", "word")))) {
            for (int i = 0; i < 3; i++) {
                RawHttp.Response answer = token(service, i);
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            }
        }
    }

    private static Map<String, String> environment(Path hosts, Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "LEAN_CLIENT_ID", LeanStub.CLIENT_ID,
                "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET,
                "LEAN_MAX_ATTEMPTS", "2",
                "LEAN_CONNECT_TIMEOUT", "1s",
                "LEAN_BREAKER_REQUEST_VOLUME", "3",
                "JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + hosts));
        environment.putAll(settings);
        return environment;
    }

    private static RawHttp.Response token(PackagedApplication service, int customer) {
        return RawHttp.post(RawHttp.LOOPBACK, service.port(), "/v1/oauth2/token", "application/json",
                "{\"scope\":\"customer.%d\"}".formatted(customer));
    }

    /** Does not accept connections; its backlog is full. */
    private static final class BlackHole implements AutoCloseable {

        private final ServerSocket listener;
        private final List<Socket> waiting = new ArrayList<>();

        private BlackHole(String address, int port) throws IOException {
            listener = new ServerSocket(port, 1, InetAddress.getByName(address));
            for (int i = 0; i < 100; i++) {
                Socket socket = new Socket();
                waiting.add(socket);
                try {
                    socket.connect(new InetSocketAddress(address, port), BLACK_HOLE_PROBE_MILLIS);
                } catch (SocketTimeoutException full) {
                    return;
                }
            }
            throw new IllegalStateException("the line is never full");
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : waiting) {
                socket.close();
            }
            listener.close();
        }
    }

    /** Accepts connections and breaks them. */
    private static final class Breaker implements AutoCloseable {

        private final ServerSocket listener;
        private volatile int accepted;

        private Breaker(String address, int port) throws IOException {
            listener = new ServerSocket(port, 50, InetAddress.getByName(address));
            Thread thread = new Thread(() -> {
                while (!listener.isClosed()) {
                    try (Socket socket = listener.accept()) {
                        accepted++;
                        socket.getInputStream().read();
                        socket.setSoLinger(true, 0);
                    } catch (IOException e) {
                        // Closed by either side.
                    }
                }
            }, "breaker");
            thread.setDaemon(true);
            thread.start();
        }

        private int accepted() {
            return accepted;
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
