package examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.net.httpserver.HttpServer;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/** Stands in for Lean's API, which tokens are for, and remembers the {@code Authorization} headers that it receives. */
public class LeanStub implements QuarkusTestResourceLifecycleManager {

    static final List<String> AUTHORIZATIONS = new CopyOnWriteArrayList<>();

    private HttpServer server;

    @Override
    public Map<String, String> start() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/banks/v1", exchange -> {
            AUTHORIZATIONS.add(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] banks = "[]".getBytes();
            exchange.sendResponseHeaders(200, banks.length);
            exchange.getResponseBody().write(banks);
            exchange.close();
        });
        server.start();
        Map<String, String> settings = new HashMap<>();
        settings.put("quarkus.rest-client.lean.url", "http://localhost:" + server.getAddress().getPort());
        // The service that the example is tested against, if it is not at the default address.
        Optional.ofNullable(System.getenv("TOKEN_URL")).ifPresent(url -> settings.put("quarkus.oidc-client.token-path", url));
        return settings;
    }

    @Override
    public void stop() {
        server.stop(0);
    }
}
