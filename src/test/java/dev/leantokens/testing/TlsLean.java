package dev.leantokens.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;

/**
 * Lean's authorization server behind real TLS, which the JDK's own server speaks. It takes the requests that a test says, and
 * refuses others as Lean does.
 */
public final class TlsLean implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Predicate<Request> takes = request -> true;

    /**
     * A token request as it came.
     *
     * @param form the members of its body
     * @param authorization its {@code Authorization} header; empty if there was none
     * @param certificate what it was shown on the connection; empty if that was none
     * @param peer the connection that it came by
     */
    public record Request(Map<String, String> form, String authorization, Optional<Certificate> certificate,
            InetSocketAddress peer) {
    }

    private TlsLean(HttpServer server) {
        this.server = server;
        server.createContext("/oauth2/token", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    /** @param wantsCertificate whether a connection that shows none, or one that the context does not trust, is refused */
    public static TlsLean start(String address, int port, SSLContext context, boolean wantsCertificate) {
        try {
            HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName(address), port), 100);
            server.setHttpsConfigurator(new HttpsConfigurator(context) {
                @Override
                public void configure(HttpsParameters parameters) {
                    SSLParameters ssl = context.getDefaultSSLParameters();
                    ssl.setNeedClientAuth(wantsCertificate);
                    parameters.setSSLParameters(ssl);
                }
            });
            return new TlsLean(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static TlsLean startPlain(String address, int port) {
        try {
            return new TlsLean(HttpServer.create(new InetSocketAddress(InetAddress.getByName(address), port), 100));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on only these get a token, and all others {@code invalid_client}. */
    public void takesOnly(Predicate<Request> accepted) {
        takes = accepted;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public List<Request> requests() {
        return requests;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = new Request(form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)),
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")).orElse(""),
                    certificate(exchange), exchange.getRemoteAddress());
            requests.add(request);
            boolean taken = takes.test(request);
            byte[] body = (taken ? LeanStub.tokenResponse(request.form().get("scope")) : "{\"error\":\"invalid_client\"}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json;charset=UTF-8");
            exchange.sendResponseHeaders(taken ? 200 : 401, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static Optional<Certificate> certificate(HttpExchange exchange) {
        try {
            return exchange instanceof HttpsExchange tls
                    ? Optional.of(tls.getSSLSession().getPeerCertificates()[0])
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    private static Map<String, String> form(String body) {
        Map<String, String> members = new HashMap<>();
        for (String member : body.split("&")) {
            String[] nameAndValue = member.split("=", 2);
            members.put(nameAndValue[0], URLDecoder.decode(nameAndValue[1], StandardCharsets.UTF_8));
        }
        return members;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
