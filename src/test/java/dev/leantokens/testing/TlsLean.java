package dev.leantokens.testing;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

import javax.net.ssl.SSLPeerUnverifiedException;

import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Certificates.Identity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;

/**
 * Lean's authorization server over TLS. It accepts the requests that the test selects, and refuses others as Lean does.
 */
public final class TlsLean implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Predicate<Request> takes = request -> true;

    /**
     * A token request.
     *
     * @param form the members of its body
     * @param certificate the client certificate of the connection; empty without one
     */
    public record Request(Map<String, String> form, Optional<Certificate> certificate) {
    }

    private TlsLean(HttpServerOptions options) {
        server = await(vertx.createHttpServer(options).requestHandler(this::answer).listen());
    }

    /** Starts a server that requests no client certificate. */
    public static TlsLean start(int port, Identity identity) {
        return new TlsLean(options(port, identity));
    }

    /** Starts a server that requires a client certificate of the authority. */
    public static TlsLean start(int port, Identity identity, Authority clients) {
        return new TlsLean(options(port, identity).setClientAuth(ClientAuth.REQUIRED)
                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(clients.pem()))));
    }

    public static TlsLean startPlain(String address, int port) {
        return new TlsLean(new HttpServerOptions().setHost(address).setPort(port));
    }

    private static HttpServerOptions options(int port, Identity identity) {
        return new HttpServerOptions().setHost("127.0.0.1").setPort(port).setSsl(true).setKeyCertOptions(
                new PemKeyCertOptions().addCertValue(Buffer.buffer(identity.certificatePem()))
                        .addKeyValue(Buffer.buffer(identity.keyPem())));
    }

    /** Issues tokens only for these requests; all others get {@code invalid_client}. */
    public void takesOnly(Predicate<Request> accepted) {
        takes = accepted;
    }

    public int port() {
        return server.actualPort();
    }

    public List<Request> requests() {
        return requests;
    }

    private void answer(HttpServerRequest http) {
        http.body().onSuccess(body -> {
            Request request = new Request(form(body.toString()), certificate(http));
            requests.add(request);
            boolean taken = takes.test(request);
            http.response().setStatusCode(taken ? 200 : 401).putHeader("Content-Type", "application/json;charset=UTF-8")
                    .end(taken ? TokenResponses.json(request.form().get("scope")) : "{\"error\":\"invalid_client\"}");
        });
    }

    private static Optional<Certificate> certificate(HttpServerRequest http) {
        try {
            return http.isSSL() ? Optional.of(http.sslSession().getPeerCertificates()[0]) : Optional.empty();
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

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
