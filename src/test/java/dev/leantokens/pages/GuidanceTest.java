package dev.leantokens.pages;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import io.quarkiverse.mcp.server.test.McpAssured.McpStreamableTestClient;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;

/** Whatever a model reads about tokens first, it learns the same. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class GuidanceTest {

    private static final String TOOL = "tool";
    private static final String INSTRUCTIONS = "instructions";
    private static final String SKILL = "skill";
    private static final String OPERATION = "operation";

    LeanStub lean;

    /** A fact, the texts that state it, and a regular expression for how they do. */
    static Stream<Arguments> facts() {
        return Stream.of(
                arguments("scope of a backend", List.of(TOOL, INSTRUCTIONS, SKILL, OPERATION), "\"api\"|`api`"),
                arguments("scope of a customer", List.of(TOOL, INSTRUCTIONS, SKILL, OPERATION), "customer\\.<customer_id>"),
                arguments("use of a customer's token", List.of(TOOL, INSTRUCTIONS, SKILL), "LinkSDK"),
                arguments("tokens are secrets", List.of(TOOL, INSTRUCTIONS, SKILL, OPERATION), "secret"),
                arguments("tokens are not shown", List.of(TOOL, INSTRUCTIONS, SKILL, OPERATION), "(?i)(never|not) show"),
                arguments("tokens are not logged", List.of(TOOL, INSTRUCTIONS, SKILL, OPERATION), "\\blog\\b"),
                arguments("how long to keep a token", List.of(TOOL, INSTRUCTIONS, SKILL), "keep it longer than the task"),
                arguments("when to request one", List.of(TOOL, INSTRUCTIONS, SKILL, OPERATION), "when(ever)? you need"),
                arguments("who caches", List.of(TOOL, INSTRUCTIONS, SKILL, OPERATION), "cached and renewed|caches and renews"),
                arguments("how to send a token", List.of(TOOL, SKILL), "Authorization: Bearer <"),
                arguments("how long a token is valid", List.of(TOOL, SKILL), "valid for `?expires_in`? seconds"),
                arguments("which error to retry", List.of(TOOL, SKILL), "temporarily_unavailable"),
                arguments("secrets in the argument", List.of(INSTRUCTIONS, SKILL), "client_secret.{0,70}unless the user"),
                arguments("the tool", List.of(INSTRUCTIONS, SKILL), McpCalls.TOOL));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("facts")
    void factIsInEachText(String fact, List<String> where, String pattern) {
        Map<String, String> texts = texts();

        assertThat(where).allSatisfy(text -> assertThat(texts.get(text)).as(text).containsPattern(pattern));
    }

    @Test
    void instructionsLeadToTheSkill() {
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            String instructions = client.initResult().instructions();
            client.when().resourcesList(page -> assertThat(page.resources())
                    .anySatisfy(resource -> assertThat(instructions).endsWith("read the skill " + resource.uri() + ".")))
                    .thenAssertResults();
        }
    }

    /** Clients add both to each conversation. */
    @Test
    void textsOfEachConversationAreShort() {
        assertThat(texts().get(TOOL)).hasSizeLessThan(800);
        assertThat(texts().get(INSTRUCTIONS)).hasSizeLessThan(800);
    }

    private Map<String, String> texts() {
        JsonObject description = new JsonObject(given().accept("application/json").get("/q/openapi").asString());
        String skill = given().get("/.well-known/agent-skills/lean-generate-access-token/SKILL.md").asString();
        List<String> tool = new ArrayList<>();
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            client.when().toolsList(page -> tool.add(page.tools().get(0).description())).thenAssertResults();
            return Map.of(TOOL, tool.get(0), INSTRUCTIONS, client.initResult().instructions(), SKILL, skill.replace('\n', ' '),
                    OPERATION, description.getJsonObject("paths").getJsonObject("/v1/oauth2/token").getJsonObject("post")
                            .getString("description"));
        }
    }
}
