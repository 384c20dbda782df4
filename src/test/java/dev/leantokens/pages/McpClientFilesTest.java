package dev.leantokens.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * The configuration files of MCP clients that the guide includes: they have its address and send a secret as it expects.
 */
class McpClientFilesTest {

    private static final Path FILES = Path.of("docs", "examples", "mcp");
    private static final Path GUIDE = Path.of("docs", "how-to", "connect-mcp-clients.md");

    static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void addressIsTheDocumentedOne(Path file) throws IOException {
        List<String> addresses = strings(lean(file)).stream().filter(value -> value.contains("://")).toList();
        assertThat(addresses).containsExactly(
                hasSecret(file) ? "https://lean-tokens.example.com/mcp" : "http://localhost:9090/mcp");
    }

    @ParameterizedTest
    @MethodSource("files")
    void secretComesFromAnInputOrAVariable(Path file) throws IOException {
        JsonNode lean = lean(file);
        String header = lean.at("/headers/Authorization").asText(lean.at("/args").toString());
        if (!hasSecret(file)) {
            assertThat(strings(lean)).noneMatch(value -> value.contains("Authorization") || value.contains("Bearer"));
        } else if (lean.has("command")) {
            assertThat(header).contains("\"--header\",\"Authorization:${AUTHORIZATION}\"");
            assertThat(lean.at("/env/AUTHORIZATION").asText()).startsWith("Bearer ");
        } else {
            assertThat(header).matches("Bearer \\$\\{((env:)?AGENTS_SECRET|input:lean-secret)}");
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void guideIncludesTheFile(Path file) throws IOException {
        assertThat(Files.readString(GUIDE)).contains("<!-- include: ../examples/mcp/" + file.getFileName() + " -->");
    }

    private static JsonNode lean(Path file) throws IOException {
        JsonNode root = new ObjectMapper().readTree(file.toFile());
        JsonNode lean = root.path(file.getFileName().toString().startsWith("vscode") ? "servers" : "mcpServers").path("lean");
        assertThat(lean.isObject()).isTrue();
        return lean;
    }

    private static boolean hasSecret(Path file) {
        return file.toString().endsWith("-secret.json");
    }

    private static List<String> strings(JsonNode node) {
        List<String> strings = new ArrayList<>();
        if (node.isTextual()) {
            strings.add(node.textValue());
        }
        node.forEach(child -> strings.addAll(strings(child)));
        return strings;
    }
}
