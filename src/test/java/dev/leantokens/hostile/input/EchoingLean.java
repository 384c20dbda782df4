package dev.leantokens.hostile.input;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.vertx.core.json.JsonObject;

/** A Lean whose tokens say for whom they are: {@code <client id> <scope>}. It keeps no requests, only their number. */
final class EchoingLean implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final AtomicInteger requests = new AtomicInteger();

    EchoingLean() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/oauth2/token", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        Map<String, String> form = new HashMap<>();
        for (String member : new String(exchange.getRequestBody().readAllBytes(), UTF_8).split("&")) {
            int equals = member.indexOf('=');
            form.put(member.substring(0, equals), URLDecoder.decode(member.substring(equals + 1), UTF_8));
        }
        byte[] answer = new JsonObject().put("access_token", form.get("client_id") + " " + form.get("scope"))
                .put("token_type", "Bearer").put("expires_in", 3600).put("scope", form.get("scope")).toBuffer().getBytes();
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int requests() {
        return requests.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
