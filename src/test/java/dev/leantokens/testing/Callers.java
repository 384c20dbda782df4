package dev.leantokens.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.restassured.RestAssured;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Sends concurrent requests to both adapters. */
public final class Callers implements AutoCloseable {

    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();
    private final URI rest;
    private final URI mcp;
    private final String session;

    /**
     * @param status the HTTP status; over MCP 200 for a token and 0 for an error
     * @param body the token response or the error response
     * @param retryAfter the header, over REST
     * @param cacheStatus the header, over REST
     */
    public record Answer(int status, JsonObject body, Optional<String> retryAfter, Optional<String> cacheStatus) {

        public String token() {
            return body.getString("access_token");
        }

        public String error() {
            return body.getString("error");
        }
    }

    /** @param mcpPort the port at which the tool is called, in one session */
    public Callers(int mcpPort) {
        this(RestAssured.port, mcpPort);
    }

    /** @param mcpPort the port at which the tool is called, in one session */
    public Callers(int restPort, int mcpPort) {
        rest = URI.create("http://localhost:" + restPort + "/v1/oauth2/token");
        mcp = URI.create("http://localhost:" + mcpPort + "/mcp");
        JsonObject initialize = rpc(1, "initialize", new JsonObject().put("protocolVersion", "2025-11-25")
                .put("capabilities", new JsonObject())
                .put("clientInfo", new JsonObject().put("name", "callers").put("version", "1")));
        session = send(mcp, initialize).join().headers().firstValue("Mcp-Session-Id").orElseThrow();
        send(mcp, new JsonObject().put("jsonrpc", "2.0").put("method", "notifications/initialized"),
                "Mcp-Session-Id", session).join();
    }

    public static Map<String, Object> scope(String scope) {
        return Map.of("scope", scope);
    }

    public static Map<String, Object> scope(String scope, String clientId, String clientSecret) {
        return Map.of("scope", scope, "client_id", clientId, "client_secret", clientSecret);
    }

    /** @param headers alternating names and values */
    public CompletableFuture<Answer> rest(Map<String, Object> body, String... headers) {
        return send(rest, new JsonObject(body), headers).thenApply(response -> new Answer(response.statusCode(),
                new JsonObject(response.body()), response.headers().firstValue("Retry-After"),
                response.headers().firstValue("Cache-Status")));
    }

    /** @param headers alternating names and values */
    public CompletableFuture<Answer> mcp(Map<String, Object> body, String... headers) {
        JsonObject call = rpc(2, "tools/call", new JsonObject().put("name", McpCalls.TOOL)
                .put("arguments", new JsonObject().put("body", new JsonObject(body))));
        String[] all = Stream.concat(Arrays.stream(headers),
                Stream.of("Mcp-Session-Id", session)).toArray(String[]::new);
        return send(mcp, call, all).thenApply(response -> {
            String text = response.body();
            // A plain message or an event of a stream.
            JsonObject result = new JsonObject(text.substring(text.indexOf('{'))).getJsonObject("result");
            JsonArray content = result.getJsonArray("content");
            return new Answer(result.getBoolean("isError") ? 0 : 200,
                    new JsonObject(content.getJsonObject(0).getString("text")),
                    Optional.empty(), Optional.empty());
        });
    }

    /** @return the answers to this number of callers, half of them on each adapter */
    public List<Answer> onBothAdapters(int callers, Map<String, Object> body, String... headers) {
        return all(IntStream.range(0, callers).mapToObj(i -> i % 2 == 0 ? rest(body, headers) : mcp(body, headers)).toList());
    }

    public static List<Answer> all(List<CompletableFuture<Answer>> answers) {
        return answers.stream().map(CompletableFuture::join).toList();
    }

    private CompletableFuture<HttpResponse<String>> send(URI uri, JsonObject body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(BodyPublishers.ofString(body.encode()));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.sendAsync(request.build(), BodyHandlers.ofString());
    }

    private static JsonObject rpc(int id, String method, JsonObject params) {
        return new JsonObject().put("jsonrpc", "2.0").put("id", id).put("method", method).put("params", params);
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
