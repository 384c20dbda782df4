package dev.leantokens.skill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The prompts for an evaluation of the skill's description with a model, in the format of agentskills.io. Only their form is
 * tested here.
 */
class SkillPromptsTest {

    private static final int EACH = 8;

    private final List<JsonObject> prompts = read();

    private static List<JsonObject> read() {
        try {
            return new JsonArray(Files.readString(Path.of("src/test/skill/prompts.json"))).stream().map(JsonObject.class::cast)
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void promptHasAnExpectationAndAReason() {
        assertThat(prompts).hasSize(20).allSatisfy(prompt -> {
            assertThat(prompt.fieldNames()).containsExactly("query", "should_trigger", "why");
            assertThat(prompt.getString("query")).isNotBlank();
            assertThat(prompt.getValue("should_trigger")).isInstanceOf(Boolean.class);
            assertThat(prompt.getString("why")).endsWith(".");
        });
    }

    @Test
    void promptsDiffer() {
        assertThat(prompts).extracting(prompt -> prompt.getString("query").toLowerCase()).doesNotHaveDuplicates();
    }

    @Test
    void bothAnswersAreFrequent() {
        long yes = prompts.stream().filter(prompt -> prompt.getBoolean("should_trigger")).count();

        assertThat(yes).isBetween((long) EACH, (long) prompts.size() - EACH);
    }
}
