package dev.leantokens.hostile.input;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Inputs that are kept: a folder for each parser, and a file for each input, named after what is strange about it. The fuzzer
 * starts with them, and what it finds is added to them.
 */
final class ParserCorpus {

    static final Path FOLDER = Path.of("src/test/resources/dev/leantokens/hostile/input");

    private ParserCorpus() {
    }

    /** An input, and the parser that it is kept for. */
    record Input(String parser, String name, byte[] content) {

        @Override
        public String toString() {
            return parser + "/" + name;
        }
    }

    static List<Input> inputs() {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(Files::isRegularFile).sorted().map(ParserCorpus::input).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Input input(Path file) {
        try {
            return new Input(file.getParent().getFileName().toString(), file.getFileName().toString(),
                    Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
