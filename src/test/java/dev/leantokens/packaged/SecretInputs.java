package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import io.quarkiverse.mcp.server.test.McpAssured.McpStreamableTestClient;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;

/** Requests with secrets wherever a caller can put one. */
final class SecretInputs {

    static final String SECRET = "s3cr3t-never-to-be-seen";

    private static final List<String> MCP_BODIES = List.of(
            SECRET,
            "{\"" + SECRET,
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"x\",\"arguments\":\"" + SECRET
                    + "\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":\"" + SECRET + "\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"completion/complete\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"logging/setLevel\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + SECRET + "\"}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"" + SECRET + "\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":\"" + SECRET + "\",\"result\":{}}",
            "[7]", "[]", "null", "");

    /** Parameters of requests without a handshake. */
    private static final List<JsonObject> STATELESS_PARAMS = List.of(
            new JsonObject(),
            new JsonObject().put("name", SECRET).put("uri", SECRET),
            new JsonObject().put("name", "x").put("uri", "x").put("arguments", SECRET),
            new JsonObject().put("name", McpCalls.TOOL).put("arguments", new JsonObject().put("body", SECRET)),
            new JsonObject().put("name", McpCalls.TOOL).put("arguments",
                    new JsonObject().put("body", new JsonObject().put("scope", SECRET).put("client_secret", SECRET))));

    private static final List<String> REST_BODIES = List.of(
            SECRET,
            "{\"scope\":\"" + SECRET,
            "{\"scope\":\"" + SECRET + "\"}",
            "{\"scope\":\"api\",\"client_id\":\"" + SECRET + "\",\"client_secret\":\"" + SECRET + "\"}",
            "{\"scope\":\"api\",\"client_id\":\"" + LeanStub.CALLERS_ID + "\",\"client_secret\":\"" + SECRET + "\"}",
            "{\"scope\":\"api\",\"grant_type\":\"" + SECRET + "\"}",
            "{\"" + SECRET + "\":" + SECRET + "}", "");

    static final String LOCAL_SECRET = "local-s3cr3t-never-to-be-seen";
    static final String LOCAL_SECRET_OF_FILE = "another-local-s3cr3t-never-to-be-seen";
    static final String DIGEST = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    /** Secrets that no caller may see; the digest of a weak secret reveals it. */
    static final List<String> SERVICE_SECRETS = List.of(LeanStub.CLIENT_SECRET, LOCAL_SECRET, LOCAL_SECRET_OF_FILE,
            DIGEST.substring(DIGEST.indexOf(':') + 1));

    private static final List<String> PATHS = List.of("/", "/q", "/q/health", "/q/health/live", "/q/health/ready",
            "/q/health/started", "/q/health/group/lean", "/q/health-ui", "/q/metrics", "/q/info", "/q/openapi", "/q/arc",
            "/q/dev-ui",
            "/q/dev-mcp", "/q/swagger-ui", "/q/swagger-ui/start.js", "/q/swagger-ui/" + SECRET,
            "/.well-known/agent-skills/index.json",
            "/.well-known/agent-skills/" + SECRET, "/mcp/messages/" + SECRET, "/" + SECRET + "?" + SECRET, "/v1/oauth2/token",
            "/mcp", "/mcp/sse/x", "/.well-known/oauth-authorization-server");

    /** Sends the request, and checks that the answer has no secret of the service. */
    static RawHttp.Response post(int port, String path, String type, String body, String... headers) {
        return checked(RawHttp.post(RawHttp.LOOPBACK, port, path, type, body, headers));
    }

    static RawHttp.Response checked(RawHttp.Response response) {
        SERVICE_SECRETS.forEach(secret -> assertThat(response.headers() + response.body()).doesNotContain(secret));
        return response;
    }

    static int statusWith(String bearer, PackagedApplication application) {
        return post(application.port(), "/v1/oauth2/token", "application/json", "{\"scope\":\"api\"}",
                "Authorization: Bearer " + bearer).status();
    }

    /** Sends secrets as headers, bodies, types and parameters. */
    static void everyInput(PackagedApplication application) {
        List<String> headers = List.of("X-Nothing: " + SECRET, "Authorization: " + basic(LeanStub.CALLERS_ID, SECRET),
                "Authorization: " + basic("payments", LOCAL_SECRET), "Authorization: " + basic("payments", SECRET),
                "Authorization: " + basic(LOCAL_SECRET, "payments"), "Authorization: Bearer " + LOCAL_SECRET_OF_FILE,
                "Authorization: Bearer " + SECRET, "Authorization: Bearer " + SECRET + " " + LOCAL_SECRET,
                "Authorization: Digest " + SECRET,
                "Authorization: Basic " + SECRET, "Host: " + SECRET, "Origin: " + SECRET, "Mcp-Session-Id: " + SECRET,
                "Mcp-Protocol-Version: " + SECRET, "Accept: " + SECRET, "Cache-Control: no-cache, " + SECRET);
        for (String header : headers) {
            for (String body : REST_BODIES) {
                for (String type : List.of("application/json", "application/x-www-form-urlencoded", "text/plain", SECRET)) {
                    post(application.port(), "/v1/oauth2/token", type, body, header);
                }
            }
            for (String body : MCP_BODIES) {
                post(application.mcpPort(), "/mcp", "application/json", body, header,
                        "Accept: application/json, text/event-stream");
                post(application.mcpPort(), "/mcp/messages/1", "application/json", body, header);
            }
            for (JsonObject params : STATELESS_PARAMS) {
                for (String method : List.of("tools/call", "resources/read", SECRET)) {
                    for (String name : List.of("x", SECRET)) {
                        post(application.mcpPort(), "/mcp", "application/json", StatelessMcp.request(method, params).encode(),
                                header, "Accept: application/json, text/event-stream", StatelessMcp.VERSION_HEADER,
                                "Mcp-Method: " + method, "Mcp-Name: " + name);
                    }
                }
            }
        }
        Peers peers = new Peers(application.port(), application.mcpPort());
        String wrong = ",\"client_id\":\"" + SECRET + "\",\"client_secret\":\"" + SECRET + "\"";
        String local = ",\"client_id\":\"payments\",\"client_secret\":\"" + LOCAL_SECRET + "\"";
        for (String members : List.of("", wrong, local, ",\"client_secret\":\"" + LOCAL_SECRET + "\"")) {
            for (String scope : List.of("api", "customer.1", LOCAL_SECRET)) {
                checked(peers.token(RawHttp.ELSEWHERE, scope, members));
                checked(peers.call(RawHttp.ELSEWHERE, scope, members));
                checked(peers.call(RawHttp.LOOPBACK, scope, members, "Authorization: Bearer " + LOCAL_SECRET_OF_FILE));
            }
        }
    }

    static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    /** Requests pages, probes, descriptions and unknown paths. */
    static void everyPath(PackagedApplication application) {
        for (String path : PATHS) {
            for (int port : new int[] { application.port(), application.mcpPort() }) {
                for (String method : List.of("GET", "OPTIONS", "DELETE")) {
                    checked(RawHttp.send(RawHttp.LOOPBACK, port, method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                            + "Authorization: Bearer " + LOCAL_SECRET + "\r\nConnection: close\r\n\r\n"));
                }
            }
        }
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Authorization", "Bearer " + LOCAL_SECRET);
        try (McpStreamableTestClient client = McpCalls.connect(application.mcpPort(), headers)) {
            client.when().toolsList(tools -> assertThat(tools.tools().toString()).contains(McpCalls.TOOL)
                    .doesNotContain("never-to-be-seen")).thenAssertResults();
            assertThat(client.initResult().toString()).doesNotContain("never-to-be-seen");
        }
    }

    private SecretInputs() {
    }
}
