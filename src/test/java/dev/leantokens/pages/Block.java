package dev.leantokens.pages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fenced block of a Markdown page.
 *
 * @param page the page's path
 * @param line the number of its opening fence, from 1
 * @param language what follows the opening fence; may be empty
 * @param text the lines between the fences, without the fence's indentation
 * @param comment the text of the HTML comment in the line above the fence; empty without one
 * @param proseBefore the number of other lines with text between it and the previous block
 */
record Block(Path page, int line, String language, String text, Optional<String> comment, int proseBefore) {

    private static final String NOT_RUN = "not run: ";
    private static final Pattern FENCE = Pattern.compile("( *)(```+)([^`]*)");
    private static final Pattern COMMENT = Pattern.compile(" *<!-- (.*) -->");

    /** @return the page's blocks, in order */
    static List<Block> of(Path page) {
        try {
            return of(page, Files.readAllLines(page));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Block> of(Path page, List<String> lines) {
        List<Block> blocks = new ArrayList<>();
        int prose = 0;
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (fence.matches()) {
                Optional<String> comment = i == 0 ? Optional.empty() : comment(lines.get(i - 1));
                StringBuilder text = new StringBuilder();
                int opening = i++;
                for (; i < lines.size() && !lines.get(i).strip().equals(fence.group(2)); i++) {
                    text.append(lines.get(i).startsWith(fence.group(1)) ? lines.get(i).substring(fence.group(1).length())
                            : lines.get(i)).append('\n');
                }
                if (i == lines.size()) {
                    throw new AssertionError(page + ":" + (opening + 1) + ": this block does not end");
                }
                blocks.add(new Block(page, opening + 1, fence.group(3).strip(), text.toString(), comment, prose));
                prose = 0;
            } else if (!lines.get(i).isBlank() && comment(lines.get(i)).isEmpty()) {
                prose++;
            }
        }
        return blocks;
    }

    private static Optional<String> comment(String line) {
        Matcher comment = COMMENT.matcher(line);
        return comment.matches() ? Optional.of(comment.group(1)) : Optional.empty();
    }

    /** @return whether it has commands that a reader copies and that the test runs */
    boolean isRun() {
        return language.equals("shell") && !isNotRun();
    }

    /** @return whether it is marked as not run, with a reason */
    boolean isNotRun() {
        return comment.filter(it -> it.startsWith(NOT_RUN) && it.length() > NOT_RUN.length()).isPresent();
    }

    /** @return whether it shows what the commands of the previous block print, if that one has commands */
    boolean showsOutput() {
        return (language.equals("json") || language.equals("text")) && proseBefore <= 1 && comment.isEmpty();
    }

    /** @return where it is, as editors open it */
    String place() {
        return page + ":" + line;
    }
}
