package dev.leantokens.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.leantokens.testing.Schemas;

/**
 * {@code server.json} follows the rules of the MCP registry that concern it: those of the schema 2025-12-11, the newest one in
 * November 2026, and those that the registry checks in addition when a server is published.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RegistryEntryTest {

    private static final Path RULES = Path.of("src/test/resources/registry-entry.schema.json");
    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]+)}");

    private final JsonNode rules;
    private final JsonNode entry;

    RegistryEntryTest() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        rules = mapper.readTree(RULES.toFile());
        entry = mapper.readTree(Files.readString(Path.of("server.json")));
    }

    @Test
    void entryFollowsTheRules() {
        Schemas.assertValid(rules, entry);
    }

    /** An entry that the registry would refuse, or that it would accept without its member. */
    record Wrong(String name, Consumer<ObjectNode> change) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Set<Wrong> wrongEntries() {
        return Set.of(
                new Wrong("no description", entry -> entry.remove("description")),
                new Wrong("a description of 101 characters", entry -> entry.put("description", "x".repeat(101))),
                new Wrong("a title of 101 characters", entry -> entry.put("title", "x".repeat(101))),
                new Wrong("a name without a namespace", entry -> entry.put("name", "lean-authentication-tokens")),
                new Wrong("a namespace that ends with a dot", entry -> entry.put("name", "dev.leantokens./x1")),
                new Wrong("a range of versions", entry -> entry.put("version", "^0.1.0")),
                new Wrong("the latest version", entry -> entry.put("version", "latest")),
                new Wrong("a snapshot", entry -> entry.put("version", "0.1.0-SNAPSHOT")),
                new Wrong("an older schema",
                        entry -> entry.put("$schema", entry.get("$schema").asText().replace("2025-12-11", "2025-10-17"))),
                new Wrong("a member of older schemas", entry -> entry.put("website_url", "https://lean-tokens.example.com")),
                new Wrong("a web site without TLS", entry -> entry.put("websiteUrl", "http://lean-tokens.example.com")),
                new Wrong("an embedded icon",
                        entry -> entry.putArray("icons").addObject().put("src", "data:image/png;base64,")),
                new Wrong("a command as a remote server", entry -> remote(entry).put("type", "stdio")),
                new Wrong("a remote server without a URL", entry -> remote(entry).remove("url")),
                new Wrong("a remote server of this machine", entry -> remote(entry).put("url", "http://localhost:9090/mcp")),
                new Wrong("a URL that starts with a variable", entry -> remote(entry).put("url", "{base}/mcp")),
                new Wrong("a header without a name", entry -> header(entry).remove("name")),
                new Wrong("a secret that is not marked", entry -> header(entry).remove("isSecret")));
    }

    @ParameterizedTest
    @MethodSource("wrongEntries")
    void rulesRefuse(Wrong wrong) {
        ObjectNode changed = entry.deepCopy();
        wrong.change().accept(changed);

        assertThatThrownBy(() -> Schemas.assertValid(rules, changed)).isInstanceOf(AssertionError.class);
    }

    /** A schema cannot say this. Clients leave unknown variables in the URL. */
    @Test
    void eachVariableIsDescribed() {
        for (JsonNode remote : entry.get("remotes")) {
            assertThat(variables(remote.get("url"))).isEqualTo(described(remote));
            for (JsonNode header : remote.get("headers")) {
                assertThat(variables(header.get("value"))).isEqualTo(described(header));
            }
        }
    }

    private static Set<String> variables(JsonNode template) {
        return VARIABLE.matcher(template.asText()).results().map((MatchResult variable) -> variable.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> described(JsonNode owner) {
        Set<String> names = new TreeSet<>();
        owner.path("variables").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static ObjectNode remote(ObjectNode entry) {
        return (ObjectNode) entry.get("remotes").get(0);
    }

    private static ObjectNode header(ObjectNode entry) {
        return (ObjectNode) remote(entry).get("headers").get(0);
    }
}
