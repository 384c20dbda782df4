package dev.leantokens.standin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import dev.leantokens.token.ClientCredentials;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The parts of Lean's authorization server that this service uses: the token endpoint with Lean's responses and errors, the
 * metadata document, and the key set of its tokens. Listens on a free port of the loopback interface.
 */
final class StandInLean implements AutoCloseable {

    /** Public, since its tokens grant no access: the documentation's commands use it. */
    static final ClientCredentials CLIENT = new ClientCredentials("5a1d0000-0000-4000-8000-000000000001", "stand-in-secret");

    private static final String ADDRESS = "127.0.0.1";
    private static final int THREADS = 4;
    private static final int MAX_MEMBERS = 100;

    private static final Pattern CUSTOMER_SCOPE = Pattern.compile("customer\\.[A-Za-z0-9_-]+");

    private final HttpServer server;
    private final ExecutorService threads;
    private final TokenIssuer issuer;

    StandInLean(Clock clock) {
        try {
            // Not InetAddress.getLoopbackAddress(), which can be ::1.
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(ADDRESS), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException("the stand-in for Lean cannot listen", e);
        }
        issuer = new TokenIssuer(url().toString(), clock);
        server.createContext("/oauth2/token", exchange -> answer(exchange, token(exchange)));
        server.createContext("/oauth2/jwks", exchange -> answer(exchange, new Answer(200, issuer.keySet())));
        server.createContext("/.well-known/", exchange -> answer(exchange, new Answer(200, metadata())));
        threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "stand-in-lean");
            // The inherited class loader is that of the server's own thread and does not see the application. Vert.x' JSON
            // would permanently fail to load its codec, if this were the first thread to use it.
            thread.setContextClassLoader(StandInLean.class.getClassLoader());
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.start();
    }

    URI url() {
        return URI.create("http://" + ADDRESS + ":" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private record Answer(int status, JsonObject body) {

        static Answer error(int status, String code) {
            return new Answer(status, new JsonObject().put("error", code));
        }

        /** Leaves out the body, which may be a token. */
        @Override
        public String toString() {
            return "Answer[" + status + "]";
        }
    }

    private Answer token(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            return Answer.error(405, "invalid_request");
        }
        Map<String, List<String>> form = form(exchange);
        ClientCredentials client = client(exchange, form);
        if (client == null) {
            // As Lean does without client credentials.
            return new Answer(401, null);
        }
        if (!client.equals(CLIENT)) {
            return Answer.error(401, "invalid_client");
        }
        if (form.values().stream().anyMatch(values -> values.size() > 1) || first(form, "grant_type") == null) {
            return Answer.error(400, "invalid_request");
        }
        if (!first(form, "grant_type").equals("client_credentials")) {
            return Answer.error(400, "unsupported_grant_type");
        }
        String scope = first(form, "scope");
        if (scope != null && !scope.equals("api") && !CUSTOMER_SCOPE.matcher(scope).matches()) {
            return Answer.error(400, "invalid_scope");
        }
        return new Answer(200, issuer.issue(client.clientId(), scope));
    }

    private static ClientCredentials client(HttpExchange exchange, Map<String, List<String>> form) {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization != null && authorization.startsWith("Basic ")) {
            String[] pair = new String(Base64.getDecoder().decode(authorization.substring(6)), StandardCharsets.UTF_8)
                    .split(":", 2);
            return pair.length < 2 ? null : new ClientCredentials(decode(pair[0]), decode(pair[1]));
        }
        String id = first(form, "client_id");
        String secret = first(form, "client_secret");
        return id == null || secret == null ? null : new ClientCredentials(id, secret);
    }

    private static Map<String, List<String>> form(HttpExchange exchange) throws IOException {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type != null && type.startsWith("application/x-www-form-urlencoded")) {
            return new QueryStringDecoder(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
                    StandardCharsets.UTF_8, false, MAX_MEMBERS, true).parameters();
        }
        return Map.of();
    }

    private static String first(Map<String, List<String>> form, String name) {
        List<String> values = form.get(name);
        return values == null ? null : values.get(0);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private JsonObject metadata() {
        String url = url().toString();
        return new JsonObject()
                .put("issuer", url)
                .put("token_endpoint", url + "/oauth2/token")
                .put("token_endpoint_auth_methods_supported", JsonArray.of("client_secret_basic", "client_secret_post"))
                .put("jwks_uri", url + "/oauth2/jwks")
                .put("grant_types_supported", JsonArray.of("client_credentials"));
    }

    private static void answer(HttpExchange exchange, Answer answer) throws IOException {
        try (exchange) {
            if (answer.body() == null) {
                exchange.sendResponseHeaders(answer.status(), -1);
                return;
            }
            byte[] body = answer.body().encode().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json;charset=UTF-8");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
