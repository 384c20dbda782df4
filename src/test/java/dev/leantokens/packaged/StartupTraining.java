package dev.leantokens.packaged;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;

import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;

/**
 * Trains the AOT cache of the JVM with typical requests. Only the profile {@code startup-archive} runs it, and records the
 * classes that are loaded, linked and profiled meanwhile. It provokes no failures and no waiting: the recorded application is
 * slow.
 */
@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = {
        @ResourceArg(name = "cache.enabled", value = "true"),
        @ResourceArg(name = "lean.request-timeout", value = "30s"),
        @ResourceArg(name = "lean.deadline", value = "60s") })
class StartupTraining {

    private static final String PATH = "/v1/oauth2/token";
    private static final String SESSION = "Mcp-Session-Id";

    /** Requests of each kind, enough for the JVM to have profiles. */
    private static final int REQUESTS = 300;

    LeanStub lean;

    @BeforeEach
    void prepare() {
        lean.reset();
    }

    @Test
    void tokensOverRest() {
        for (int i = 0; i < REQUESTS; i++) {
            given().contentType(ContentType.JSON).body(Map.of("scope", "api")).post(PATH).then().statusCode(200);
        }
        for (int i = 0; i < REQUESTS; i++) {
            given().formParam("grant_type", "client_credentials").formParam("scope", "customer." + i % 20).post(PATH).then()
                    .statusCode(200);
        }
        given().auth().preemptive().basic(LeanStub.CALLERS_ID, LeanStub.CALLERS_SECRET).formParam("scope", "api").post(PATH)
                .then().statusCode(200);
    }

    @Test
    void tokensOverMcp() {
        String session = mcp(Map.of(), "initialize", Map.of("protocolVersion", "2025-11-25", "capabilities", Map.of(),
                "clientInfo", Map.of("name", "training", "version", "1"))).header(SESSION);
        mcp(Map.of(SESSION, session), "tools/list", Map.of());
        for (int i = 0; i < REQUESTS; i++) {
            mcp(Map.of(SESSION, session), "tools/call", Map.of("name", McpCalls.TOOL,
                    "arguments", Map.of("body", Map.of("scope", "api")))).then().body(containsString("\"isError\":false"));
        }
    }

    @Test
    void tokensOverMcpWithoutAHandshake() {
        StatelessMcp mcp = new StatelessMcp(lean.mcpPort());
        StatelessMcp.result(mcp.send("server/discover", new JsonObject()));
        StatelessMcp.result(mcp.send("tools/list", new JsonObject()));
        for (int i = 0; i < REQUESTS; i++) {
            StatelessMcp.result(mcp.call(RawHttp.LOOPBACK, "api", ""));
        }
    }

    private Response mcp(Map<String, String> headers, String method, Map<String, Object> params) {
        Response response = given().port(lean.mcpPort()).headers(headers).contentType(ContentType.JSON)
                .accept("application/json, text/event-stream")
                .body(Map.of("jsonrpc", "2.0", "id", 1, "method", method, "params", params)).post("/mcp");
        response.then().statusCode(200);
        return response;
    }

    @Test
    void errorsAndProbes() {
        given().contentType(ContentType.JSON).body("{").post(PATH).then().statusCode(400);
        given().contentType(ContentType.JSON).body(Map.of("scope", "payments")).post(PATH).then().statusCode(400);
        given().get("/nothing").then().statusCode(404);
        given().get("/q/health/ready").then().statusCode(200);
        given().get("/q/metrics").then().statusCode(200);
        given().get("/.well-known/agent-skills/index.json").then().statusCode(200);
        given().get("/.well-known/agent-skills/lean-generate-access-token/SKILL.md").then().statusCode(200);
    }
}
