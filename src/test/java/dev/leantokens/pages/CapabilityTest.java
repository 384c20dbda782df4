package dev.leantokens.pages;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Schemas;
import io.quarkiverse.mcp.server.ToolResponse;
import io.quarkiverse.mcp.server.test.McpAssured.InitResult;
import io.quarkiverse.mcp.server.test.McpAssured.McpStreamableTestClient;
import io.quarkiverse.mcp.server.test.McpAssured.ToolInfo;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The REST operation, the tool and the skill have one contract: the table of the documentation. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class CapabilityTest {

    /** Over MCP a model writes the request, and must not see a credential. */
    private static final Set<String> REST_ONLY = Set.of("client_assertion", "client_assertion_type");

    private static final String SKILLS = "/.well-known/agent-skills/";

    LeanStub lean;

    /** The rows of the table by their first column. */
    private final Map<String, String> table = new HashMap<>();
    private JsonObject operation;
    private JsonObject schemas;
    private ToolInfo tool;
    private InitResult server;
    private JsonObject skill;

    @BeforeEach
    void readTable() throws IOException {
        lean.reset();
        String section = Files.readString(Path.of("README.md")).replaceFirst("(?s).*\n## The capability\n", "")
                .replaceFirst("(?s)\n## .*", "");
        section.lines().filter(line -> line.matches("\\| [a-zA-Z]+ \\|.*"))
                .forEach(line -> table.put(line.split("\\|")[1].strip(), line.split("\\|")[2].strip()));

        JsonObject description = new JsonObject(given().accept("application/json").get("/q/openapi").asString());
        operation = description.getJsonObject("paths").getJsonObject("/v1/oauth2/token").getJsonObject("post");
        schemas = description.getJsonObject("components").getJsonObject("schemas");

        AtomicReference<ToolInfo> found = new AtomicReference<>();
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            client.when().toolsList(page -> assertThat(page.tools()).singleElement().satisfies(found::set))
                    .thenAssertResults();
            server = client.initResult();
        }
        tool = found.get();

        skill = new JsonObject(given().get(SKILLS + "index.json").asString()).getJsonArray("skills").getJsonObject(0);
    }

    @Test
    void tableHasARowForEachForm() {
        assertThat(table).containsOnlyKeys("operation", "REST", "MCP", "hints", "skill", "resource", "takes", "gives");
    }

    @Test
    void namesAreTheSameEverywhere() {
        assertThat(codes("operation")).containsExactly(operation.getString("operationId"));
        assertThat(codes("REST")).containsExactly("POST /v1/oauth2/token", "/q/openapi");
        assertThat(codes("MCP")).containsExactly(tool.name(), "/mcp");
        assertThat(table.get("MCP")).contains("\"" + tool.title() + "\"");
        assertThat(operation.getString("summary")).isEqualTo(tool.title());
        assertThat(codes("skill")).containsExactly(skill.getString("name"), SKILLS + "index.json");
        assertThat(skill.getString("name")).isEqualTo(tool.name());
        assertThat(tool.description()).startsWith(tool.title());
    }

    @Test
    void hintsAreThoseOfTheTool() {
        Map<String, Boolean> hints = Map.of("readOnlyHint", tool.annotations().orElseThrow().readOnlyHint(),
                "destructiveHint", tool.annotations().orElseThrow().destructiveHint(),
                "idempotentHint", tool.annotations().orElseThrow().idempotentHint(),
                "openWorldHint", tool.annotations().orElseThrow().openWorldHint());
        Map<String, Boolean> told = Pattern.compile("`(\\w+)` (true|false)").matcher(table.get("hints")).results()
                .collect(Collectors.toMap(hint -> hint.group(1), hint -> Boolean.valueOf(hint.group(2))));

        assertThat(told).isEqualTo(hints);
        assertThat(hints).containsEntry("readOnlyHint", false).containsEntry("destructiveHint", false)
                .containsEntry("idempotentHint", true);
    }

    @Test
    void bothAdaptersAcceptTheSameMembers() {
        JsonObject rest = schemas.getJsonObject("AccessTokenRequest");
        JsonObject mcp = tool.inputSchema().getJsonObject("properties").getJsonObject("body");

        assertThat(tool.inputSchema().getJsonObject("properties").fieldNames()).containsExactly("body");
        assertThat(tool.inputSchema().getJsonArray("required")).containsExactly("body");
        assertThat(properties(rest)).containsAll(REST_ONLY);
        assertThat(withoutRestOnly(rest)).isEqualTo(properties(mcp)).isEqualTo(Set.copyOf(members("takes").get(0)));
        assertThat(required(rest)).isEqualTo(required(mcp)).isEqualTo(Set.copyOf(members("takes").get(1)));
        for (String name : properties(mcp)) {
            JsonObject one = rest.getJsonObject("properties").getJsonObject(name);
            JsonObject other = mcp.getJsonObject("properties").getJsonObject(name);
            assertThat(one.getString("type")).as(name).isEqualTo(other.getString("type"));
            assertThat(one.getJsonArray("enum")).as(name).isEqualTo(other.getJsonArray("enum"));
            assertThat(one.getInteger("maxLength")).as(name).isEqualTo(other.getInteger("maxLength"));
        }
    }

    @Test
    void bothAdaptersReturnTheSameMembers() throws IOException {
        JsonObject rest = schemas.getJsonObject("AccessTokenResponse");
        JsonObject mcp = tool.outputSchema();
        assertThat(properties(rest)).isEqualTo(properties(mcp)).isEqualTo(Set.copyOf(members("gives").get(0)));
        assertThat(required(rest)).isEqualTo(required(mcp)).isEqualTo(Set.copyOf(members("gives").get(1)));

        // The first call of a process can take more than a second, which reduces expires_in.
        McpCalls.call(lean.mcpPort(), Map.of("scope", "api"));
        String byRest = given().contentType("application/json").body("{\"scope\":\"api\"}").post("/v1/oauth2/token").asString();
        ToolResponse byMcp = McpCalls.call(lean.mcpPort(), Map.of("scope", "api"));

        assertThat(McpCalls.textOf(byMcp)).isEqualTo(new JsonObject(byRest));
        ObjectMapper mapper = new ObjectMapper();
        Schemas.assertValid(mapper.readTree(mcp.encode()), mapper.readTree(byRest));
    }

    @ParameterizedTest
    @ValueSource(strings = { "\"expires_in\":null", "\"scope\":null", "\"refresh_token\":null,\"x\":null",
            "\"expires_in\":\"3599\"", "\"expires_in\":3599.0", "\"expires_in\":0", "\"scope\":\"api\",\"x\":{\"y\":null}" })
    void responsesMatchTheSchemasOfBothAdapters(String members) throws IOException {
        lean.answers(200, "{\"access_token\":\"abc\",\"token_type\":\"Bearer\"," + members + "}");
        ObjectMapper mapper = new ObjectMapper();

        String byRest = given().contentType("application/json").body("{\"scope\":\"api\"}").post("/v1/oauth2/token")
                .then().statusCode(200).extract().asString();
        ToolResponse byMcp = McpCalls.call(lean.mcpPort(), Map.of("scope", "api"));

        JsonObject structured = new JsonObject(Json.encode(byMcp.structuredContent()));
        assertThat(structured).isEqualTo(McpCalls.textOf(byMcp));
        // Without expires_in, which a slow call reduces.
        assertThat(structured.fieldNames()).isEqualTo(new JsonObject(byRest).fieldNames());
        assertThat(structured.getMap().values()).doesNotContainNull();
        Schemas.assertValid(mapper.readTree(tool.outputSchema().encode()), mapper.readTree(structured.encode()));
        Schemas.assertValid(mapper.readTree(schemas.getJsonObject("AccessTokenResponse").encode()), mapper.readTree(byRest));
    }

    @ParameterizedTest
    @ValueSource(strings = { "\"access_token\":null,\"token_type\":\"Bearer\"", "\"access_token\":\"abc\",\"token_type\":null",
            "\"access_token\":7,\"token_type\":\"Bearer\"", "\"access_token\":\"abc\",\"token_type\":[\"Bearer\"]",
            "\"access_token\":\"abc\",\"token_type\":\"Bearer\",\"scope\":[\"api\"]",
            "\"access_token\":\"abc\",\"token_type\":\"Bearer\",\"expires_in\":true",
            "\"access_token\":\"abc\",\"token_type\":\"Bearer\",\"expires_in\":-1",
            "\"access_token\":\"abc\",\"token_type\":\"Bearer\",\"refresh_token\":{}" })
    void responseThatDoesNotMatchTheSchemasIsAServerError(String members) {
        lean.answers(200, "{" + members + "}");

        JsonObject byRest = new JsonObject(given().contentType("application/json").body("{\"scope\":\"api\"}")
                .post("/v1/oauth2/token").then().statusCode(502).extract().asString());
        ToolResponse byMcp = McpCalls.call(lean.mcpPort(), Map.of("scope", "api"));

        assertThat(byMcp.isError()).isTrue();
        assertThat(byMcp.structuredContent()).isNull();
        assertThat(McpCalls.textOf(byMcp)).isEqualTo(byRest);
        assertThat(byRest.getString("error")).isEqualTo("server_error");
    }

    @Test
    void skillNamesTheOtherTwo() {
        String text = given().get(SKILLS + skill.getString("name") + "/SKILL.md").asString();
        Map<String, Object> frontMatter = new Yaml().load(text.split("^---\n|\n---\n", 3)[1]);

        assertThat((Map<?, ?>) frontMatter.get("metadata")).isEqualTo(Map.of("operation", codes("operation").get(0),
                "rest", codes("REST").get(0), "mcp-tool", tool.name()));
        assertThat(text).contains("# " + tool.title());
        assertThat(codes("resource")).containsExactly("skill://" + frontMatter.get("name") + "/SKILL.md");
    }

    @Test
    void registryEntryHasTheSameNames() throws IOException {
        JsonObject registered = new JsonObject(Files.readString(Path.of("server.json")));

        assertThat(registered.getString("name")).endsWith("/" + server.serverName());
        assertThat(registered.getString("title")).isEqualTo(server.serverTitle());
        assertThat(registered.getString("version")).isEqualTo(server.serverVersion().replace("-SNAPSHOT", ""));
        assertThat(registered.getJsonArray("remotes").getJsonObject(0).getString("url")).endsWith(codes("MCP").get(1));
    }

    /** @return the code elements of a row */
    private List<String> codes(String row) {
        return Pattern.compile("`([^`]+)`").matcher(table.get(row)).results().map(code -> code.group(1)).toList();
    }

    /** The members of a row, and the required ones. */
    private List<List<String>> members(String row) {
        List<List<String>> members = new ArrayList<>();
        for (String part : table.get(row).split("; of these")) {
            members.add(Pattern.compile("`([^`]+)`").matcher(part).results().map((MatchResult code) -> code.group(1)).toList());
        }
        return members;
    }

    private static Set<String> withoutRestOnly(JsonObject schema) {
        return properties(schema).stream().filter(name -> !REST_ONLY.contains(name)).collect(Collectors.toSet());
    }

    private static Set<String> properties(JsonObject schema) {
        return schema.getJsonObject("properties").fieldNames();
    }

    private static Set<Object> required(JsonObject schema) {
        return schema.getJsonArray("required", new JsonArray()).stream().collect(Collectors.toSet());
    }
}
