package dev.leantokens.skill;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

import dev.leantokens.error.TokenError;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import io.quarkiverse.mcp.server.ToolResponse;
import io.quarkiverse.mcp.server.test.McpAssured.McpStreamableTestClient;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;

/** Discovers the skill like an agent, and follows its instructions literally. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class SkillTest {

    private static final String NAME = "lean-generate-access-token";
    private static final Path FOLDER = Path.of("src/main/resources/agent-skills", NAME);
    private static final String MCP_URI = "skill://lean-generate-access-token/SKILL.md";

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    @Test
    void fileIsServedByteForByteOverBothAdapters() throws IOException {
        byte[] file = Files.readAllBytes(FOLDER.resolve("SKILL.md"));

        assertThat(skill().asByteArray()).isEqualTo(file);
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            client.when().resourcesList(page -> assertThat(page.resources()).first().satisfies(resource -> {
                assertThat(resource.uri()).isEqualTo(MCP_URI);
                assertThat(resource.name()).isEqualTo(NAME);
                assertThat(resource.mimeType()).isEqualTo("text/markdown");
                assertThat(resource.description()).isEqualTo(frontMatter(skill().asString()).get("description"));
            })).resourcesRead(MCP_URI, response -> assertThat(response.contents()).singleElement().satisfies(content -> {
                assertThat(content.asText().text()).isEqualTo(new String(file, StandardCharsets.UTF_8));
                assertThat(content.asText().mimeType()).isEqualTo("text/markdown");
            })).thenAssertResults();
        }
    }

    @Test
    void requestInTheTextReturnsAToken() {
        String text = skill().asString().replaceAll("\\s+", " ");
        Matcher request = Pattern
                .compile("`POST http://localhost:8080(\\S+)` with the header `([^:]+): ([^`]+)` and the body `([^`]+)`")
                .matcher(text);
        assertThat(request.find()).isTrue();
        Matcher fresh = Pattern.compile("`(Cache-Control): (no-cache)`").matcher(text);
        assertThat(fresh.find()).isTrue();

        given().header(request.group(2), request.group(3)).body(request.group(4)).post(request.group(1))
                .then().statusCode(200).body("access_token", equalTo(LeanStub.TOKEN));
        given().header(request.group(2), request.group(3)).header(fresh.group(1), fresh.group(2)).body(request.group(4))
                .post(request.group(1)).then().statusCode(200);
    }

    @Test
    void callInTheTextReturnsAToken() {
        String text = skill().asString();
        Matcher call = Pattern.compile("```json\\s+(\\{\"body\".*})\\s+```").matcher(text);
        assertThat(call.find()).isTrue();
        Matcher path = Pattern.compile("http://localhost:9090(\\S+)`").matcher(text);
        assertThat(path.find()).isTrue();
        assertThat(path.group(1)).isEqualTo("/mcp");

        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            ToolResponse response = McpCalls.call(client, new JsonObject(call.group(1)).getMap());

            assertThat(McpCalls.textOf(response).getString("access_token")).isEqualTo(LeanStub.TOKEN);
        }
    }

    @Test
    void everyErrorIsInTheReference() throws IOException {
        Set<String> documented = new TreeSet<>();
        Pattern row = Pattern.compile("\\| `(\\w+)` \\| ([0-9, ]+) \\|.*");
        Files.readString(FOLDER.resolve("references/errors.md")).lines().map(row::matcher).filter(Matcher::matches)
                .forEach(error -> Arrays
                        .stream(error.group(2).split(", "))
                        .forEach(status -> documented.add(error.group(1) + " " + status.strip())));
        Set<String> expected = new TreeSet<>();
        Stream.of(TokenError.values()).forEach(error -> expected.add(error.code() + " " + error.status()));

        assertThat(documented).isEqualTo(expected);
    }

    private static Response skill() {
        return given().get("/.well-known/agent-skills/lean-generate-access-token/SKILL.md");
    }

    private static Map<String, Object> frontMatter(String skill) {
        List<String> parts = List.of(skill.split("^---\n|\n---\n", 3));
        assertThat(parts).hasSize(3);
        assertThat(parts.get(0)).isEmpty();
        return new Yaml().load(parts.get(1));
    }
}
