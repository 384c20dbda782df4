package dev.leantokens.hostile.input;

import static dev.leantokens.hostile.input.Parser.require;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

import dev.leantokens.error.TokenError;
import dev.leantokens.hostile.input.Exchange.Answer;
import dev.leantokens.hostile.input.StrictJson.Members;
import dev.leantokens.packaged.PackagedApplication;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Metrics;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import dev.leantokens.testing.TokenIssuer;
import io.vertx.core.json.JsonObject;

/**
 * The packaged application, and what it promises for every request, whatever the request says. Callers of this machine need no
 * credentials, so a service that took broken ones for none would answer with a token.
 */
final class StrangeCallers implements AutoCloseable {

    static final String TOKEN_PATH = "/v1/oauth2/token";
    static final String MCP_PATH = "/mcp";
    static final List<String> MCP_HEADERS = List.of("Content-Type: application/json",
            "Accept: application/json, text/event-stream");
    static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
            + "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"strange\",\"version\":\"1\"}}}";

    static final String CLIENT = "payments";
    /** Every secret of the requests has this part, which the log must not have. */
    static final String SECRET = "s3cr3t";
    static final String CLIENT_SECRET = "local-" + SECRET + "-of-payments";
    /** Lean credentials of a caller. */
    static final String LEAN_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    static final String LEAN_SECRET = "lean-" + SECRET + "-of-a-caller";
    /** The start of signed tokens; requests have less of it in other places. */
    private static final String JWT = "eyJhbGciOi";

    /** RFC 6749 §5.2. */
    private static final Pattern DESCRIPTION = Pattern.compile("[\\x20\\x21\\x23-\\x5B\\x5D-\\x7E]{1,500}");
    /** docs/reference/errors.md, "Errors of the MCP protocol". */
    private static final Set<Integer> CODES = Set.of(-32700, -32600, -32601, -32602, -32002, -32020, -32022);
    private static final Set<String> ERRORS = errors();
    private static final Pattern CUSTOMER = Pattern.compile("customer\\.[0-9]");

    private final EchoingLean lean = new EchoingLean();
    private final TokenIssuer issuer = new TokenIssuer();
    private final PackagedApplication application;
    /** The sessions that were started, with the credentials of their owners. */
    private final Map<String, List<byte[]>> sessions = new HashMap<>();
    private final Set<String> jwts = new HashSet<>();
    private final double sessionsBefore;
    /** How many requests ended how, by port and status. */
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private int logRead;

    StrangeCallers() {
        List<String> options = new ArrayList<>(List.of("-Xmx96m"));
        issuer.start().forEach((name, value) -> options.add("-D" + name + "=" + value));
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_URL", lean.url(), "LEAN_CLIENT_ID", LeanStub.CLIENT_ID,
                "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET, "LEAN_REQUESTS_PER_MINUTE", "1000000",
                "ACCESS_CLIENTS_PAYMENTS_SECRET", CLIENT_SECRET, "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api,customer.*"));
        application = PackagedApplication.startWith(options, environment);
        sessionsBefore = activeSessions();
    }

    private static Set<String> errors() {
        Set<String> errors = new HashSet<>();
        for (TokenError error : TokenError.values()) {
            errors.add(error.status() + " " + error.code());
        }
        return errors;
    }

    /** @return a token of a trusted issuer */
    String signedToken() {
        String token = issuer.sign(TokenIssuer.claims());
        jwts.add(token);
        return token;
    }

    /** @return the request with the local client's secret */
    static Exchange authenticated(Exchange request) {
        List<byte[]> headers = new ArrayList<>(request.headers());
        headers.add(("Authorization: Bearer " + CLIENT_SECRET).getBytes(UTF_8));
        return new Exchange(request.method(), request.path(), headers, request.body());
    }

    /** Starts a session. @return its id */
    String session() throws IOException {
        String id = send(authenticated(Exchange.post(MCP_PATH, MCP_HEADERS, INITIALIZE.getBytes(UTF_8)))).headers()
                .get("Mcp-Session-Id");
        require(id != null, "initialize starts a session");
        return id;
    }

    /** Sends a request, and checks all promises. */
    Answer send(Exchange request) throws IOException {
        int calls = lean.requests();
        Answer answer = request.send(request.path().startsWith(TOKEN_PATH) ? application.port() : application.mcpPort());
        try {
            require(answer.status() < 500, "no input is a fault of this service");
            boolean token = request.path().startsWith(TOKEN_PATH) ? checkRest(request, answer) : checkMcp(request, answer);
            outcomes.merge(
                    (request.path().startsWith(TOKEN_PATH) ? "REST " : "MCP ") + answer.status() + (token ? " token" : ""),
                    1, Integer::sum);
            require(token || lean.requests() == calls, "Lean gets nothing of a request that is refused");
            List<String> authorization = authorization(request);
            require(!token || authorization.isEmpty() || isAuthenticated(authorization),
                    "broken credentials are not taken for none");
            checkSecrets(request, answer);
            return answer;
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(e.getMessage() + ": " + request + " -> " + answer, e);
        }
    }

    /** The extension quotes names and methods, and JSON-RPC the id; nothing quotes a header. */
    private static void checkSecrets(Exchange request, Answer answer) {
        for (String secret : List.of(CLIENT_SECRET, LEAN_SECRET, JWT)) {
            require(!answer.body().contains(secret) || answer.body().contains("\"jsonrpc\"")
                    && new String(request.body(), UTF_8).contains(secret), "no answer quotes a secret");
        }
    }

    private static List<String> authorization(Exchange request) {
        return request.headers().stream().map(header -> new String(header, ISO_8859_1))
                .filter(header -> header.regionMatches(true, 0, "authorization:", 0, 14))
                .map(header -> header.substring(14).strip()).toList();
    }

    /** @return whether there is one header, with the right credentials, by a second reading */
    private boolean isAuthenticated(List<String> authorization) {
        if (authorization.size() != 1) {
            return false;
        }
        String[] parts = authorization.get(0).split(" +", 2);
        String credentials = parts.length < 2 ? "" : parts[1].strip();
        return parts[0].equalsIgnoreCase("bearer") && (credentials.equals(CLIENT_SECRET) || jwts.contains(credentials))
                || parts[0].equalsIgnoreCase("basic") && isPair(credentials);
    }

    private static boolean isPair(String encoded) {
        try {
            return new String(Base64.getDecoder().decode(encoded), UTF_8).equals(CLIENT + ":" + CLIENT_SECRET);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** @return whether it is a token */
    private static boolean checkRest(Exchange request, Answer answer) {
        require(answer.status() != 404 && answer.status() != 405, "the token endpoint is served");
        if (answer.status() == 400 && answer.body().isEmpty()) {
            // Of the HTTP server: a header is malformed.
            return false;
        }
        require(answer.isJson() && "no-store".equals(answer.headers().get("Cache-Control")), "an answer is never stored");
        JsonObject json = new JsonObject(answer.body());
        if (answer.status() == 200) {
            String body = new String(request.body(), UTF_8);
            checkToken(json, StrictJson.read(body.startsWith("\uFEFF") ? body.substring(1) : body).map(StrictJson.Value::value),
                    body);
            return true;
        }
        checkError(answer.status(), json);
        require(answer.status() != 401 || answer.headers().containsKey("WWW-Authenticate"), "a 401 has a challenge");
        return false;
    }

    private static void checkError(int status, JsonObject error) {
        require(error.fieldNames().equals(Set.of("error", "error_description")), "an error has its two members");
        require(status == 0 || ERRORS.contains(status + " " + error.getString("error")), "an error is documented");
        require(DESCRIPTION.matcher(error.getString("error_description")).matches(), "a description fits RFC 6749");
    }

    /**
     * @param sent the members of the request, if it is JSON: a second reading of it
     * @param body the body otherwise
     */
    private static void checkToken(JsonObject response, Optional<Object> sent, String body) {
        String[] token = response.getString("access_token").split(" ");
        require(token[1].equals(response.getString("scope")), "the token is for the scope");
        if (sent.isPresent() && sent.get() instanceof Members members) {
            require(last("scope", members).equals(Optional.of(token[1])), "the token is for the requested scope");
            Object id = last("client_id", members).filter(String.class::isInstance).orElse("");
            require(token[0].equals(id.equals("") || id.equals(CLIENT) ? LeanStub.CLIENT_ID : id), "the token is the caller's");
        } else {
            String form = URLDecoder.decode(body, UTF_8);
            require(form.contains(token[1]) && (token[0].equals(LeanStub.CLIENT_ID) || form.contains(token[0])),
                    "the token is the caller's, and for the requested scope");
        }
    }

    private static Optional<Object> last(String name, Members object) {
        List<Object> values = object.named(name);
        return values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() - 1));
    }

    /** @return whether a tool returned a token */
    private boolean checkMcp(Exchange request, Answer answer) {
        remember(request, answer);
        String body = answer.body();
        if (body.isEmpty()) {
            require(answer.status() == 202 || answer.status() == 200 || answer.status() == 400, "an answer without a body");
            return false;
        }
        Optional<Object> sent = StrictJson.read(new String(request.body(), UTF_8).replace("\uFEFF", ""))
                .map(StrictJson.Value::value);
        if (answer.headers().getOrDefault("Content-Type", "").startsWith("text/event-stream")) {
            boolean token = false;
            for (String line : body.split("\n")) {
                if (line.startsWith("data:")) {
                    token |= checkEvent(new JsonObject(line.substring(5)), sent);
                }
            }
            return token;
        }
        require(answer.isJson(), "an answer is JSON");
        JsonObject json = new JsonObject(body);
        if (!json.containsKey("jsonrpc")) {
            checkError(answer.status(), json);
            return false;
        }
        boolean token = checkMessage(json, sent);
        require(answer.status() == 200 || json.containsKey("error"), "only an error has another status");
        require(!token || answer.headers().getOrDefault("Cache-Control", "").equals("no-store"), "a token is never stored");
        return token;
    }

    /** Checks an answer to one of the messages of a batch, which may have the same id. */
    private static boolean checkEvent(JsonObject message, Optional<Object> batch) {
        AssertionError failure = new AssertionError("an answer to no message");
        for (Object request : batch.filter(List.class::isInstance).map(list -> (List<?>) list).orElse(List.of())) {
            try {
                return checkMessage(message, Optional.of(request));
            } catch (AssertionError e) {
                failure = e;
            }
        }
        throw failure;
    }

    private void remember(Exchange request, Answer answer) {
        String started = answer.headers().get("Mcp-Session-Id");
        if (started != null && answer.status() == 200) {
            sessions.put(started, request.headers().stream()
                    .filter(header -> new String(header, UTF_8).startsWith("Authorization:")).toList());
        }
    }

    private static boolean checkMessage(JsonObject message, Optional<Object> sent) {
        require("2.0".equals(message.getString("jsonrpc")), "an answer is of JSON-RPC 2.0");
        sent.filter(Members.class::isInstance).map(Members.class::cast).ifPresent(request -> checkId(message, request));
        if (message.containsKey("error")) {
            JsonObject error = message.getJsonObject("error");
            require(CODES.contains(error.getInteger("code")), "a code is documented");
            require(!error.getString("message").isBlank(), "an error has a message");
            return false;
        }
        JsonObject result = message.getJsonObject("result");
        if (result.containsKey("structuredContent")) {
            JsonObject response = result.getJsonObject("structuredContent");
            String text = result.getJsonArray("content").getJsonObject(0).getString("text");
            require(!result.getBoolean("isError") && new JsonObject(text).equals(response), "text and content are the same");
            checkToken(response,
                    sent.flatMap(request -> member("params", request)).flatMap(params -> member("arguments", params))
                            .flatMap(arguments -> member("body", arguments)).map(StrangeCallers::parsed),
                    "");
            return true;
        }
        if (result.containsKey("isError")) {
            require(result.getBoolean("isError"), "a result without a token is an error");
            checkError(0, new JsonObject(result.getJsonArray("content").getJsonObject(0).getString("text")));
        }
        return false;
    }

    private static Optional<Object> member(String name, Object value) {
        return value instanceof Members members ? last(name, members) : Optional.empty();
    }

    /** Some hosts encode the argument again. */
    private static Object parsed(Object body) {
        return body instanceof String text
                ? StrictJson.read(text).orElseThrow(() -> new AssertionError("a token for text that is not JSON")).value()
                : body;
    }

    private static void checkId(JsonObject message, Members request) {
        Object id = last("id", request).orElse(StrictJson.NULL);
        Object answered = message.getValue("id");
        require(answered == null || id.equals(answered)
                || id instanceof StrictJson.Number number && answered instanceof Number
                        && new BigDecimal(number.text()).longValue() == ((Number) answered).longValue(),
                "the id is that of the request");
        require(answered != null || message.containsKey("error"), "a result has an id");
    }

    /** Checks what was logged since the last call. */
    void assertQuietLog() {
        String log = application.log();
        String added = log.substring(logRead);
        logRead = log.length();
        require(!added.contains("\tat ") && !added.contains(" ERROR ") && !added.contains("OutOfMemory"),
                "no input makes the service log a fault: " + added);
        require(!added.contains(SECRET) && !added.contains(JWT) && !added.contains(LEAN_ID)
                && !CUSTOMER.matcher(added).find(),
                "no secret, id or customer of a caller is logged: " + added);
    }

    int mcpPort() {
        return application.mcpPort();
    }

    Map<String, Integer> outcomes() {
        return outcomes;
    }

    /** An ordinary caller is served on both ports. */
    void assertServed() throws IOException {
        Answer rest = send(authenticated(Exchange.post(TOKEN_PATH, List.of("Content-Type: application/json"),
                "{\"scope\":\"api\"}".getBytes(UTF_8))));
        assertThat(rest.status()).isEqualTo(200);
        Answer mcp = send(authenticated(stateless("tools/call", new JsonObject().put("name", McpCalls.TOOL).put("arguments",
                new JsonObject().put("body", new JsonObject().put("scope", "api"))))));
        assertThat(mcp.body()).contains(LeanStub.CLIENT_ID + " api");
    }

    static Exchange stateless(String method, JsonObject params) {
        List<String> headers = new ArrayList<>(MCP_HEADERS);
        headers.add(StatelessMcp.VERSION_HEADER);
        headers.add("Mcp-Method: " + method);
        headers.add("Mcp-Name: " + params.getString("name", params.getString("uri", "")));
        return Exchange.post(MCP_PATH, headers, StatelessMcp.request(method, params).encode().getBytes(UTF_8));
    }

    /** Ends the sessions that were started. */
    void endSessions() throws IOException {
        for (Map.Entry<String, List<byte[]>> session : sessions.entrySet()) {
            List<byte[]> headers = new ArrayList<>(session.getValue());
            headers.add(("Mcp-Session-Id: " + session.getKey()).getBytes(UTF_8));
            send(new Exchange("DELETE", MCP_PATH, headers, new byte[0]));
        }
        sessions.clear();
    }

    /** Only those sessions are open that were started, and they can be ended. */
    void assertNothingIsLeft() throws IOException {
        endSessions();
        await().atMost(Duration.ofSeconds(20)).untilAsserted(
                () -> assertThat(activeSessions()).as("sessions that no client knows").isEqualTo(sessionsBefore));
        assertQuietLog();
    }

    private double activeSessions() {
        return Metrics.of(RawHttp.send(RawHttp.LOOPBACK, application.port(),
                "GET /q/metrics HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\nConnection: close\r\n\r\n").body())
                .sum("mcp_server_connections_active");
    }

    @Override
    public void close() {
        application.close();
        lean.close();
        issuer.stop();
    }
}
