package dev.leantokens.pages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The tables of the documentation's pages, as rows of cells without surrounding white space. */
final class Tables {

    private Tables() {
    }

    /** @return the README and all pages below {@code docs} */
    static List<Path> pages() {
        return Stream.concat(Stream.of(Pages.README), Pages.all().stream()).toList();
    }

    static String textOf(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the rows of all tables of a page, including their headings */
    static List<List<String>> rows(Path page) {
        return textOf(page).lines().filter(line -> line.startsWith("| ")).map(line -> Arrays
                .stream(line.substring(1, line.lastIndexOf('|')).split("\\|", -1)).map(String::strip).toList()).toList();
    }

    /** @return the rows whose first cell is this code */
    static List<List<String>> rowsOf(Path page, String code) {
        return rows(page).stream().filter(row -> row.get(0).equals("`" + code + "`")).toList();
    }
}
