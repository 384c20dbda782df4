package dev.leantokens.pages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A part of a file that pages include: the lines between {@code snippet: name} and {@code end: name} without their
 * indentation, or the whole file.
 *
 * @param file the file's path
 * @param name the part's name; empty for the whole file
 */
record Snippet(Path file, String name) {

    private static final String INCLUDE = "include: ";

    @Override
    public String toString() {
        return name.isEmpty() ? file.toString() : file + "#" + name;
    }

    /** @return what the block includes by a comment like {@code <!-- include: ../examples/A.java#name -->} */
    static Optional<Snippet> includedBy(Block block) {
        return block.comment().filter(comment -> comment.startsWith(INCLUDE)).map(comment -> {
            String[] parts = comment.substring(INCLUDE.length()).split("#", 2);
            return new Snippet(block.page().resolveSibling(parts[0]).normalize(), parts.length == 1 ? "" : parts[1]);
        });
    }

    /** @return the snippets that the file defines */
    static List<Snippet> definedBy(Path file) {
        return lines(file).stream().filter(line -> line.contains("snippet: "))
                .map(line -> new Snippet(file, line.substring(line.indexOf("snippet: ") + "snippet: ".length())
                        .replaceFirst("(\\*/|-->)$", "").strip()))
                .toList();
    }

    /** @return its lines; empty if the file lacks its beginning or its end */
    Optional<String> text() {
        List<String> lines = lines(file);
        if (name.isEmpty()) {
            return Optional.of(String.join("\n", lines) + "\n");
        }
        int start = indexOf(lines, "snippet: " + name);
        int end = indexOf(lines, "end: " + name);
        if (start < 0 || end < start) {
            return Optional.empty();
        }
        List<String> part = lines.subList(start + 1, end);
        int indentation = part.stream().filter(line -> !line.isBlank())
                .mapToInt(line -> line.length() - line.stripLeading().length()).min().orElse(0);
        return Optional.of(part.stream().map(line -> line.isBlank() ? "" : line.substring(indentation))
                .collect(Collectors.joining("\n")).replaceAll("^\n+|\n+$", "") + "\n");
    }

    private static int indexOf(List<String> lines, String mark) {
        for (int i = 0; i < lines.size(); i++) {
            if ((lines.get(i) + " ").contains(mark + " ")) {
                return i;
            }
        }
        return -1;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
