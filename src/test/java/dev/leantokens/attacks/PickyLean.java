package dev.leantokens.attacks;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.TokenResponses;
import dev.leantokens.token.ClientCredentials;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/**
 * A Lean that works, but answers attackers with the errors that they provoke: {@link Verdict}. Each token starts with
 * {@link TokenResponses#prefix}.
 */
public final class PickyLean implements AutoCloseable {

    private static final long MILLIS = 30;
    private static final int LIFETIME_SECONDS = 3_599;

    private final long millis;
    private final Vertx vertx = Clients.vertx();
    private final HttpServer server;
    private final AtomicLong tokens = new AtomicLong();

    public PickyLean() {
        this(MILLIS);
    }

    /** @param millis how long an answer takes */
    public PickyLean(long millis) {
        this.millis = millis;
        server = vertx.createHttpServer(new HttpServerOptions().setHost(RawHttp.LOOPBACK).setPort(0).setAcceptBacklog(1_000))
                .requestHandler(this::handle).listen().toCompletionStage().toCompletableFuture().join();
    }

    public String url() {
        return "http://" + RawHttp.LOOPBACK + ":" + server.actualPort();
    }

    /** @return the number of tokens that have been issued */
    public long tokens() {
        return tokens.get();
    }

    private void handle(HttpServerRequest request) {
        if (!request.path().equals("/oauth2/token")) {
            request.response().end("{\"issuer\":\"test\"}");
            return;
        }
        request.setExpectMultipart(true).end().onSuccess(read -> vertx.setTimer(millis, passed -> answer(request)));
    }

    private void answer(HttpServerRequest request) {
        MultiMap form = request.formAttributes();
        ClientCredentials client = new ClientCredentials(form.get("client_id"), form.get("client_secret"));
        String scope = form.get("scope");
        Optional<Verdict> verdict = Verdict.of(client, scope);
        HttpServerResponse response = request.response().putHeader("Content-Type", "application/json")
                .setStatusCode(verdict.map(Verdict::status).orElse(200));
        if (verdict.filter(Verdict::isThrottled).isPresent()) {
            response.putHeader("Retry-After", "60");
        }
        response.end(verdict.map(Verdict::body).orElseGet(() -> token(client, scope)).encode());
    }

    private JsonObject token(ClientCredentials client, String scope) {
        return new JsonObject()
                .put("access_token",
                        TokenResponses.prefix(client.clientId(), client.clientSecret(), scope) + tokens.incrementAndGet())
                .put("scope", scope).put("token_type", "Bearer").put("expires_in", LIFETIME_SECONDS);
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
