package dev.leantokens.soak;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import dev.leantokens.attacks.Parties;
import dev.leantokens.attacks.Verdict;
import dev.leantokens.token.ClientCredentials;
import io.vertx.core.json.JsonObject;

/**
 * A stand-in for Lean that fails at random in the ways of {@link Fault}, and issues tokens with a short lifetime.
 */
final class UnreliableLean implements AutoCloseable {

    /**
     * Long enough for a token that is replaced ahead of time to expire before its replacement: it has at most a fifth of its
     * lifetime and the minimum validity left.
     */
    private static final int MIN_LIFETIME_SECONDS = 30;
    private static final int MAX_LIFETIME_SECONDS = 90;

    private static final int MAX_DELAY_MILLIS = 5_000;
    private static final int HANG_SECONDS = 30;

    private static final int BACKLOG = 200;

    private final Clients clients;
    private final ScheduledExecutorService timers;
    private final ExecutorService handlers = Executors.newFixedThreadPool(4);
    private final AtomicLong serials = new AtomicLong();
    private final int port;

    private volatile HttpServer server;
    private volatile boolean answers503;

    UnreliableLean(Clients clients, ScheduledExecutorService timers) {
        // Otherwise every response waits for the acknowledgement of its headers.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        this.clients = clients;
        this.timers = timers;
        this.server = listen(0);
        this.port = server.getAddress().getPort();
    }

    int port() {
        return port;
    }

    private HttpServer listen(int at) {
        try {
            HttpServer listening = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), at), BACKLOG);
            listening.setExecutor(handlers);
            listening.createContext("/oauth2/token", this::handle);
            listening.start();
            return listening;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void refuseConnections() {
        server.stop(0);
    }

    void acceptConnections() {
        try {
            server = listen(port);
        } catch (UncheckedIOException e) {
            // An outgoing connection uses the port for a moment.
            timers.schedule(this::acceptConnections, 1, TimeUnit.SECONDS);
        }
    }

    /** @param only whether every response is 503 from now on */
    void answer503(boolean only) {
        answers503 = only;
    }

    /** Leaves late responses to a timer, since a waiting thread would delay others. */
    private void handle(HttpExchange exchange) throws IOException {
        Map<String, String> form = form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        ThreadLocalRandom random = ThreadLocalRandom.current();
        switch (answers503 ? Fault.UNAVAILABLE : Fault.draw(random)) {
            case UNAVAILABLE -> send(exchange, 503, "text/plain", "no healthy upstream");
            case FAILED -> send(exchange, 500, "application/json", "{\"status\":500,\"message\":\"Internal Server Error\"}");
            case THROTTLED -> {
                exchange.getResponseHeaders().set("Retry-After", "1");
                send(exchange, 429, "application/json", "{\"message\":\"rate limit exceeded\"}");
            }
            case BROKEN -> exchange.close();
            case SLOW -> timers.schedule(() -> answer(exchange, form), random.nextInt(MAX_DELAY_MILLIS), TimeUnit.MILLISECONDS);
            case GARBAGE -> send(exchange, 200, "text/html", "<html><body>Welcome to nginx!</body></html>");
            case HANGING -> timers.schedule(exchange::close, HANG_SECONDS, TimeUnit.SECONDS);
            case NONE -> answer(exchange, form);
        }
    }

    private void answer(HttpExchange exchange, Map<String, String> form) {
        ClientCredentials credentials = new ClientCredentials(form.get("client_id"), form.get("client_secret"));
        try {
            Optional<Verdict> verdict = Verdict.of(credentials, form.get("scope"));
            if (verdict.isPresent()) {
                if (verdict.get().isThrottled()) {
                    exchange.getResponseHeaders().set("Retry-After", "60");
                }
                send(exchange, verdict.get().status(), "application/json", verdict.get().body().encode());
                return;
            }
            if (!clients.isKnown(credentials) && !Parties.isWellKnown(credentials)) {
                send(exchange, 401, "application/json", new JsonObject().put("error", "invalid_client")
                        .put("error_description", "Client authentication failed").encode());
                return;
            }
            int lifetime = ThreadLocalRandom.current().nextInt(MIN_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS + 1);
            MarkedToken token = new MarkedToken(credentials.clientId(), MarkedToken.hash(credentials.clientSecret()),
                    form.get("scope"), serials.incrementAndGet(), Instant.now().plusSeconds(lifetime));
            send(exchange, 200, "application/json;charset=UTF-8", new JsonObject().put("access_token", token.text())
                    .put("scope", token.scope()).put("token_type", "Bearer").put("expires_in", lifetime).encode());
        } catch (IOException e) {
            // The application no longer waits.
            exchange.close();
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static Map<String, String> form(String body) {
        Map<String, String> members = new HashMap<>();
        for (String pair : body.split("&")) {
            int equals = pair.indexOf('=');
            members.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return members;
    }

    @Override
    public void close() {
        server.stop(0);
        handlers.shutdownNow();
    }
}
