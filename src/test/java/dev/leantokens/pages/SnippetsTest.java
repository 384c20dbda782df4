package dev.leantokens.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that a page shows are parts of files that are compiled or run. */
class SnippetsTest {

    private static final Path EXAMPLES = Path.of("docs/examples");

    /** The languages of programs; the others are configuration, commands and output. */
    private static final Set<String> PROGRAMS = Set.of("java", "kotlin", "js", "javascript", "ts", "typescript", "go", "python",
            "py");

    @TempDir
    Path folder;

    static Stream<Block> includes() {
        return blocks().filter(block -> Snippet.includedBy(block).isPresent());
    }

    @ParameterizedTest
    @MethodSource("includes")
    void includedSnippetIsThatOfTheFile(Block block) {
        Snippet snippet = Snippet.includedBy(block).orElseThrow();

        assertThat(snippet.text()).as(block.place() + " includes " + snippet).hasValue(block.text());
    }

    @Test
    void programsOnPagesAreIncludedFromFiles() {
        assertThat(blocks().filter(block -> PROGRAMS.contains(block.language()) && Snippet.includedBy(block).isEmpty()
                && !block.isNotRun()).map(Block::place)).isEmpty();
    }

    @Test
    void eachSnippetIsOnAPage() throws IOException {
        Set<Snippet> included = includes().map(block -> Snippet.includedBy(block).orElseThrow()).collect(Collectors.toSet());
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            List<Snippet> defined = files.filter(file -> file.getFileName().toString()
                    .matches(".*\\.(java|properties|m?js|ts|go|py|json|ya?ml)")
                    && !file.toString().matches(".*\\b(node_modules|target)\\b.*"))
                    .flatMap(file -> Snippet.definedBy(file).stream()).toList();

            assertThat(defined).isNotEmpty().isSubsetOf(included);
        }
    }

    @Test
    void snippetIsBetweenItsMarksWithoutIndentation() throws IOException {
        Path file = Files.writeString(folder.resolve("A.java"), """
                class A {
                    // snippet: call
                    void a() {

                        b();
                    }

                    // end: call
                    // snippet: callback
                    // snippet: open
                }
                """);

        assertThat(new Snippet(file, "call").text()).hasValue("void a() {\n\n    b();\n}\n");
        assertThat(new Snippet(file, "").text()).hasValue(Files.readString(file));
        assertThat(new Snippet(file, "open").text()).as("without an end").isEmpty();
        assertThat(new Snippet(file, "other").text()).isEmpty();
        assertThat(new Snippet(folder.resolve("B.java"), "call").text()).isEmpty();
        assertThat(Snippet.definedBy(file)).extracting(Snippet::name).containsExactly("call", "callback", "open");
    }

    private static Stream<Block> blocks() {
        return Stream.concat(Stream.of(Pages.README, Pages.CONTRIBUTING), Pages.all().stream())
                .flatMap(page -> Block.of(page).stream());
    }
}
