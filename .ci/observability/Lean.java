import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** Plays Lean, slowly; serves the keys of an issuer; and takes spans as a collector does. Usage: java Lean.java port */
class Lean {

    private static final AtomicLong ISSUED = new AtomicLong();

    public static void main(String[] arguments) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        HttpServer server = HttpServer.create(address, 0);
        server.createContext("/oauth2/token", Lean::issue);
        server.createContext("/keys", exchange -> answer(exchange, """
                {"keys": [{"kty": "EC", "crv": "P-256", "kid": "first", "use": "sig",
                           "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"""));
        server.createContext("/v1/traces", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.setExecutor(Executors.newFixedThreadPool(16));
        server.start();
    }

    /** A token for api has to be replaced every few seconds, since one below 60 s is stale. */
    private static void issue(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String scope = form.replaceAll("(?:.*&)?scope=([^&]*).*", "$1");
        try {
            Thread.sleep(400);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        answer(exchange, String.format(
                "{\"access_token\": \"token-%d\", \"token_type\": \"Bearer\", \"expires_in\": %d, \"scope\": \"%s\"}",
                ISSUED.incrementAndGet(), scope.equals("api") ? 70 : 3600, scope));
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
