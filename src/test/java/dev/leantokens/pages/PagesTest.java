package dev.leantokens.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages can be found and stay short; {@code .ci/lint/run} checks links and headings. */
class PagesTest {

    private static final int CLICKS = 2;
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+\\.md)(?:#[^)]*)?\\)");

    private static final Set<Path> FOUND = found();

    static Stream<Path> pages() {
        return Pages.all().stream();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void pageIsAtMostTwoClicksFromTheIndex(Path page) {
        assertThat(FOUND).contains(page);
    }

    @ParameterizedTest
    @CsvSource({ "README.md, 150", "CONTRIBUTING.md, 80" })
    void firstPagesStayShort(Path page, int lines) {
        assertThat(lines(page)).hasSizeLessThanOrEqualTo(lines);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void pageStartsWithATitleAndASentence(Path page) {
        assertThat(lines(page).get(0)).startsWith("# ");
        assertThat(lines(page).get(2)).as("the text below the title of " + page).matches("[A-Z`*\\[].+");
    }

    /** Those of {@code shell} blocks are run. */
    @ParameterizedTest
    @MethodSource("pages")
    void commandsAreInShellBlocks(Path page) {
        assertThat(Block.of(page)).extracting(Block::language).doesNotContain("sh", "bash", "console", "zsh");
    }

    private static Set<Path> found() {
        Set<Path> found = new TreeSet<>(Set.of(Pages.INDEX));
        for (int click = 1; click <= CLICKS; click++) {
            List.copyOf(found).forEach(page -> links(page).filter(Files::exists).forEach(found::add));
        }
        return found;
    }

    private static Stream<Path> links(Path page) {
        return LINK.matcher(String.join("\n", lines(page))).results()
                .map(link -> page.resolveSibling(link.group(1)).normalize());
    }

    private static List<String> lines(Path page) {
        try {
            return Files.readAllLines(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
