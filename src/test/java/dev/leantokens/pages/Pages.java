package dev.leantokens.pages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The project's documentation. */
final class Pages {

    static final Path README = Path.of("README.md");
    static final Path CONTRIBUTING = Path.of("CONTRIBUTING.md");
    static final Path INDEX = Path.of("docs/README.md");
    static final Path REFERENCE = Path.of("docs/reference");

    private Pages() {
    }

    /** @return the pages below {@code docs}, in order */
    static List<Path> all() {
        return below(Path.of("docs"));
    }

    /** @return the pages whose commands a reader copies */
    static List<Path> withCommands() {
        List<Path> pages = new ArrayList<>(List.of(README));
        pages.addAll(below(Path.of("docs/tutorial")));
        pages.addAll(below(Path.of("docs/how-to")));
        pages.addAll(below(REFERENCE));
        return pages.stream().filter(page -> Block.of(page).stream().anyMatch(Block::isRun)).toList();
    }

    private static List<Path> below(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".md") && !file.toString().contains("node_modules")).sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
