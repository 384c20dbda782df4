package dev.leantokens.attacks;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.TokenResponses;
import dev.leantokens.token.ClientCredentials;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;

/** A caller that follows the documentation, over one adapter and as one party. */
final class OrdinaryCaller {

    /** The number of customers whose tokens each party requests repeatedly. */
    private static final int CUSTOMERS = 3;

    private final Way way;
    private final Party party;
    private final Vertx vertx;
    private final HttpClient http;
    private final Target target;
    private final int timeoutMillis;
    private final List<String> scopes;
    private String session = "";

    /** The adapter and the form of the request. */
    private enum Way {
        REST_JSON,
        REST_FORM,
        REST_BASIC_OR_BEARER,
        MCP_IN_SESSION,
        MCP_WITHOUT_HANDSHAKE;

        boolean isMcp() {
            return this == MCP_IN_SESSION || this == MCP_WITHOUT_HANDSHAKE;
        }
    }

    /** The identity of the caller. */
    private enum Party {
        ANONYMOUS(null, Parties.SERVICE),
        AGENTS(Parties.AGENTS, Parties.SERVICE),
        PAYMENTS(Parties.PAYMENTS, Parties.SERVICE),
        OWN(Parties.CALLERS.get(0), Parties.CALLERS.get(0)),
        OTHER_OWN(Parties.CALLERS.get(1), Parties.CALLERS.get(1));

        private final ClientCredentials presented;
        private final ClientCredentials leans;

        Party(ClientCredentials presented, ClientCredentials leans) {
            this.presented = presented;
            this.leans = leans;
        }

        boolean isLocalClient() {
            return presented != null && leans == Parties.SERVICE;
        }
    }

    OrdinaryCaller(int number, Vertx vertx, HttpClient http, Target target, int timeoutMillis) {
        // All combinations but one: as many as callers.
        this.party = Party.values()[number % 5];
        this.way = Way.values()[(number / 5 + number) % 5];
        this.vertx = vertx;
        this.http = http;
        this.target = target;
        this.timeoutMillis = timeoutMillis;
        this.scopes = scopes();
    }

    private static List<String> scopes() {
        return Stream.concat(Stream.of("api"),
                IntStream.range(0, CUSTOMERS)
                        .mapToObj("customer.1b9d6bcd-bbfd-4b2d-9b5d-%012x"::formatted))
                .toList();
    }

    /** @return whether this caller requests uncached tokens of its share */
    boolean mayMiss() {
        return switch (party) {
            case AGENTS, OWN -> way == Way.MCP_WITHOUT_HANDSHAKE;
            case PAYMENTS, OTHER_OWN -> way == Way.REST_JSON;
            case ANONYMOUS -> false;
        };
    }

    /** @return whether its tokens are issued for the service's credentials */
    boolean sharesService() {
        return party.leans == Parties.SERVICE;
    }

    void connect() {
        if (way == Way.MCP_IN_SESSION) {
            session = send(authorized(Request.initialize())).map(received -> received.session).toCompletionStage()
                    .toCompletableFuture().join();
        }
        for (String scope : scopes) {
            askFor(scope).join().ifPresent(wrong -> {
                throw new IllegalStateException(wrong);
            });
        }
    }

    /** @return what is wrong with the answer to a request for a token that is cached; empty if nothing is */
    CompletableFuture<Optional<String>> ask(int turn) {
        return askFor(scopes.get(turn % scopes.size()));
    }

    CompletableFuture<Optional<String>> askFor(String scope) {
        return send(request(scope)).map(received -> received.wrong(this, scope)).toCompletionStage().toCompletableFuture();
    }

    private Request request(String scope) {
        JsonObject members = new JsonObject().put("scope", scope);
        JsonObject withOwn = party.presented == null || party.isLocalClient() && way.isMcp() ? members
                : Request.members(scope, party.presented);
        return switch (way) {
            case REST_JSON -> Request.token(withOwn);
            case REST_FORM, REST_BASIC_OR_BEARER -> authorized(Request.form(scope));
            case MCP_IN_SESSION -> authorized(Request.call(party.isLocalClient() ? members : withOwn, session));
            case MCP_WITHOUT_HANDSHAKE -> authorized(Request.statelessCall(party.isLocalClient() ? members : withOwn));
        };
    }

    /** Over MCP, caller credentials are in the message. */
    private Request authorized(Request request) {
        if (party.isLocalClient()) {
            return way == Way.REST_FORM ? request.basic(party.presented) : request.bearer(party.presented);
        }
        return party.presented == null || way.isMcp() ? request : request.basic(party.presented);
    }

    private Future<Received> send(Request request) {
        RequestOptions options = new RequestOptions().setHost(RawHttp.LOOPBACK)
                .setPort(way.isMcp() ? target.mcpPort() : target.port())
                .setMethod(HttpMethod.valueOf(request.method())).setURI(request.path()).setTimeout(timeoutMillis)
                .setConnectTimeout(timeoutMillis).setIdleTimeout(timeoutMillis);
        request.headers().forEach(options::putHeader);
        Promise<Received> received = Promise.promise();
        // On the event loop, so that the response cannot arrive before its handler is set.
        vertx.runOnContext(now -> http.request(options).compose(sent -> sent.send(Buffer.buffer(request.body())))
                .compose(response -> response.body().map(body -> new Received(response, body.toString())))
                .onComplete(received));
        return received.future();
    }

    private record Received(int status, String session, String body) {

        Received(HttpClientResponse response, String body) {
            this(response.statusCode(), response.getHeader("Mcp-Session-Id"), body);
        }

        /** @return the error; empty if this is the token of the caller for the scope */
        Optional<String> wrong(OrdinaryCaller caller, String scope) {
            // The last part of an MCP answer is that of the tool.
            String answer = caller + " for " + scope + ": " + status + " " + body.substring(Math.max(0, body.length() - 300));
            if (status != 200) {
                return Optional.of(answer);
            }
            // Over MCP a plain message or an event of a stream.
            JsonObject json = new JsonObject(body.substring(body.indexOf('{')));
            JsonObject members = caller.way.isMcp() ? json.getJsonObject("result", new JsonObject())
                    .getJsonObject("structuredContent", new JsonObject()) : json;
            String token = members.getString("access_token", "");
            return token
                    .startsWith(TokenResponses.prefix(caller.party.leans.clientId(), caller.party.leans.clientSecret(), scope))
                    && scope.equals(members.getString("scope")) ? Optional.empty() : Optional.of(answer);
        }
    }

    @Override
    public String toString() {
        return party + " by " + way;
    }
}
