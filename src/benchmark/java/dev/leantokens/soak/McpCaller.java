package dev.leantokens.soak;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;

import dev.leantokens.soak.Figures.Source;
import dev.leantokens.soak.TokenRequest.Kind;
import dev.leantokens.token.ClientCredentials;
import io.vertx.core.json.JsonObject;

/** Sends requests over MCP's Streamable HTTP, without a handshake or in sessions that are replaced from time to time. */
final class McpCaller implements Caller {

    private static final int SESSIONS = 6;

    private static final String TOOL = "lean-generate-access-token";
    private static final String REVISION = "2025-06-18";
    private static final String SESSION_ID = "Mcp-Session-Id";

    private static final String STATELESS_REVISION = "2026-07-28";

    private static final List<Malformed> MALFORMED = List.of(
            new Malformed(new JsonObject(), "invalid_scope"),
            new Malformed(new JsonObject().put("body", Clients.MARK), "invalid_request"),
            new Malformed(body(new JsonObject()), "invalid_scope"),
            new Malformed(body(new JsonObject().put("scope", 7)), "invalid_request"),
            new Malformed(body(new JsonObject().put("scope", Clients.MARK)), "invalid_scope"),
            new Malformed(body(new JsonObject().put("scope", "api payments")), "invalid_scope"),
            new Malformed(body(new JsonObject().put("scope", "api").put("grant_type", "password")), "unsupported_grant_type"),
            new Malformed(body(new JsonObject().put("scope", "api").put("client_secret", Clients.MARK)), "invalid_request"));

    private static final List<MalformedMessage> MALFORMED_MESSAGES = List.of(
            new MalformedMessage("{\"" + Clients.MARK, -32700),
            new MalformedMessage("[]", -32600),
            new MalformedMessage("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":7}", -32602));

    private final URI uri;
    private final Wire wire;
    private final AnswerCheck check;
    private final Tally tally;
    private final Findings findings;
    private final AtomicReferenceArray<McpSession> sessions = new AtomicReferenceArray<>(SESSIONS);
    private final AtomicInteger started = new AtomicInteger();

    /** Malformed arguments and the error of the tool's result. */
    private record Malformed(JsonObject arguments, String error) {
    }

    /** A malformed message and its JSON-RPC error. */
    private record MalformedMessage(String text, int code) {
    }

    McpCaller(URI uri, Wire wire, AnswerCheck check, Tally tally, Findings findings) {
        this.uri = uri;
        this.wire = wire;
        this.check = check;
        this.tally = tally;
        this.findings = findings;
    }

    /** Starts the sessions. */
    void connect() {
        for (int slot = 0; slot < SESSIONS; slot++) {
            sessions.set(slot, startSession().join());
        }
    }

    /** Ends the sessions, after their last call. */
    void disconnect() {
        for (int slot = 0; slot < SESSIONS; slot++) {
            // A missing response has been recorded by Wire.
            end(sessions.get(slot)).exceptionally(failure -> null).join();
        }
    }

    /** @return the number of sessions since the start */
    int startedSessions() {
        return started.get();
    }

    @Override
    public CompletableFuture<?> send(TokenRequest wanted) {
        JsonObject members = new JsonObject().put("scope", wanted.scope());
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (wanted.jwt().isPresent()) {
            // Without a session, which would belong to this caller.
            request.header("Authorization", "Bearer " + wanted.jwt().get());
            return sendWithJwt(wanted, body(members), request);
        }
        if (wanted.kind() == Kind.FRESH_TOKEN) {
            request.header("Cache-Control", "no-cache");
        }
        if (wanted.sendsCredentials()) {
            ClientCredentials client = wanted.credentials();
            if (ThreadLocalRandom.current().nextInt(4) == 0) {
                String pair = encode(client.clientId()) + ":" + encode(client.clientSecret());
                request.header("Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII)));
            } else {
                members.put("client_id", client.clientId()).put("client_secret", client.clientSecret());
            }
        }
        return call(body(members), request, (result, reply) -> received(wanted, result, reply));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static JsonObject body(JsonObject members) {
        return new JsonObject().put("body", members);
    }

    @Override
    public CompletableFuture<?> sendMalformed() {
        int drawn = ThreadLocalRandom.current().nextInt(MALFORMED.size() + MALFORMED_MESSAGES.size());
        if (drawn < MALFORMED.size()) {
            Malformed malformed = MALFORMED.get(drawn);
            return call(malformed.arguments(), HttpRequest.newBuilder(uri),
                    (result, reply) -> refused(malformed, result, reply));
        }
        MalformedMessage message = MALFORMED_MESSAGES.get(drawn - MALFORMED.size());
        return wire.send(post(HttpRequest.newBuilder(uri), null, message.text())).thenAccept(reply -> {
            tally.error("rpc " + message.code(), reply.nanos());
            int code = reply.json().map(json -> json.getJsonObject("error")).map(error -> error.getInteger("code")).orElse(0);
            if (reply.status() != 400 || code != message.code()) {
                findings.add("a wrong response to a malformed message", message + ": " + reply);
            }
        });
    }

    private CompletableFuture<?> call(JsonObject arguments, HttpRequest.Builder request,
            BiConsumer<JsonObject, Reply> received) {
        return ThreadLocalRandom.current().nextBoolean() ? callInSession(arguments, request, received)
                : callWithoutHandshake(arguments, request, received);
    }

    /** Calls the tool by revision 2026-07-28. */
    private CompletableFuture<?> callWithoutHandshake(JsonObject arguments, HttpRequest.Builder request,
            BiConsumer<JsonObject, Reply> received) {
        int number = ThreadLocalRandom.current().nextInt();
        return wire.send(withoutHandshake(number, arguments, request))
                .thenAccept(reply -> answered(number, arguments, reply, received));
    }

    private HttpRequest withoutHandshake(int number, JsonObject arguments, HttpRequest.Builder request) {
        JsonObject meta = new JsonObject().put("io.modelcontextprotocol/protocolVersion", STATELESS_REVISION)
                .put("io.modelcontextprotocol/clientCapabilities", new JsonObject());
        request.header("MCP-Protocol-Version", STATELESS_REVISION).header("Mcp-Method", "tools/call").header("Mcp-Name", TOOL);
        return post(request, null, message(number, arguments, meta));
    }

    /** A caller whose token is not accepted gets an error of HTTP. */
    private CompletableFuture<?> sendWithJwt(TokenRequest wanted, JsonObject arguments, HttpRequest.Builder request) {
        int number = ThreadLocalRandom.current().nextInt();
        return wire.send(withoutHandshake(number, arguments, request)).thenAccept(reply -> {
            if (reply.status() == 200) {
                answered(number, arguments, reply, (result, same) -> received(wanted, result, same));
            } else {
                tally.error("mcp " + reply.status(), reply.nanos());
                check.error(wanted, Optional.of(reply.status()), reply.json().orElseGet(JsonObject::new), reply);
            }
        });
    }

    private static String message(int number, JsonObject arguments, JsonObject meta) {
        return new JsonObject().put("jsonrpc", "2.0").put("id", number).put("method", "tools/call")
                .put("params", new JsonObject().put("name", TOOL).put("arguments", arguments).put("_meta", meta)).encode();
    }

    private void answered(int number, JsonObject arguments, Reply reply, BiConsumer<JsonObject, Reply> received) {
        Optional<JsonObject> result = reply.json()
                .filter(json -> Integer.valueOf(number).equals(json.getValue("id")))
                .map(json -> json.getJsonObject("result"));
        if (reply.status() == 200 && result.isPresent()) {
            received.accept(result.get(), reply);
        } else {
            check.unreadable("MCP call " + number + " with " + arguments, reply);
        }
    }

    private CompletableFuture<?> callInSession(JsonObject arguments, HttpRequest.Builder request,
            BiConsumer<JsonObject, Reply> received) {
        int slot = ThreadLocalRandom.current().nextInt(SESSIONS);
        McpSession session = sessions.get(slot);
        while (!session.enter()) {
            // Replaced a moment ago.
            session = sessions.get(slot);
        }
        McpSession entered = session;
        int number = session.nextCall();
        CompletableFuture<?> call = wire.send(post(request, session.id(), message(number, arguments, new JsonObject())))
                .thenAccept(reply -> answered(number, arguments, reply, received))
                .whenComplete((done, failure) -> entered.leave());
        return session.isLast(number) ? CompletableFuture.allOf(call, replace(slot, session)) : call;
    }

    private void received(TokenRequest wanted, JsonObject result, Reply reply) {
        JsonObject text = text(result);
        if (result.getBoolean("isError", false)) {
            tally.error("mcp " + text.getValue("error"), reply.nanos());
            requireNoStructure(result, reply);
            check.error(wanted, Optional.empty(), text, reply);
        } else {
            tally.token(Source.UNKNOWN, reply.nanos());
            if (!text.equals(result.getValue("structuredContent"))) {
                findings.add("structured content and text differ", wanted + ": " + reply);
            }
            check.token(wanted, text, Source.UNKNOWN, reply);
        }
    }

    private void refused(Malformed malformed, JsonObject result, Reply reply) {
        JsonObject text = text(result);
        tally.error("mcp " + text.getValue("error"), reply.nanos());
        requireNoStructure(result, reply);
        check.refusal("MCP " + malformed.arguments(), 200, malformed.error(), reply.status(), text, reply);
    }

    private void requireNoStructure(JsonObject result, Reply reply) {
        if (result.getValue("structuredContent") != null) {
            findings.add("an error with structured content", reply.toString());
        }
    }

    private static JsonObject text(JsonObject result) {
        return new JsonObject(result.getJsonArray("content").getJsonObject(0).getString("text"));
    }

    private CompletableFuture<?> replace(int slot, McpSession old) {
        CompletableFuture<Object> ended = new CompletableFuture<>();
        startSession().thenAccept(fresh -> {
            sessions.set(slot, fresh);
            old.retire(() -> end(old).whenComplete((done, failure) -> ended.complete(done)));
        }).exceptionally(failure -> {
            ended.completeExceptionally(failure);
            return null;
        });
        return ended;
    }

    private CompletableFuture<McpSession> startSession() {
        String initialize = new JsonObject().put("jsonrpc", "2.0").put("id", 0).put("method", "initialize")
                .put("params", new JsonObject().put("protocolVersion", REVISION).put("capabilities", new JsonObject())
                        .put("clientInfo", new JsonObject().put("name", "soak").put("version", "1")))
                .encode();
        return wire.send(post(HttpRequest.newBuilder(uri), null, initialize)).thenCompose(reply -> {
            String id = reply.header(SESSION_ID).orElse("");
            if (reply.status() != 200 || id.isEmpty()) {
                findings.add("no MCP session", reply.toString());
            }
            started.incrementAndGet();
            String initialized = new JsonObject().put("jsonrpc", "2.0").put("method", "notifications/initialized").encode();
            return wire.send(post(HttpRequest.newBuilder(uri), id, initialized)).thenApply(nothing -> new McpSession(id));
        });
    }

    /** Ends the session and checks that it has ended. */
    private CompletableFuture<?> end(McpSession session) {
        HttpRequest delete = HttpRequest.newBuilder(uri).header(SESSION_ID, session.id()).DELETE().build();
        return wire.send(delete).thenCompose(reply -> {
            if (reply.status() / 100 != 2) {
                findings.add("an MCP session cannot be ended", reply.toString());
            }
            String ping = new JsonObject().put("jsonrpc", "2.0").put("id", 1).put("method", "ping").encode();
            return wire.send(post(HttpRequest.newBuilder(uri), session.id(), ping));
        }).thenAccept(reply -> check.refusal("a call in an MCP session that has ended", 404, "invalid_request", reply.status(),
                reply.json().orElseGet(JsonObject::new), reply));
    }

    /** @param session null outside of a session */
    private static HttpRequest post(HttpRequest.Builder request, String session, String message) {
        if (session != null) {
            request.header(SESSION_ID, session).header("Mcp-Protocol-Version", REVISION);
        }
        return request.header("Content-Type", "application/json").header("Accept", "application/json, text/event-stream")
                .POST(BodyPublishers.ofString(message)).build();
    }
}
