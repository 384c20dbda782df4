package dev.leantokens.testing;

import java.util.List;
import java.util.stream.Stream;

/**
 * Texts of half a million characters with repetitions that make parsers backtrack. A linear parser takes milliseconds, a
 * quadratic one hours.
 */
public final class LongText {

    private static final int LENGTH = 500_000;

    private static final List<String> REPEATED = List.of("a", "0", ".", "-", "/", ";", ",", ":", " ", "=", "[", "a.", "1.",
            "::",
            ";/", "a-", "q=0;", "%41", "AAAA");
    private static final List<String> ENDS = List.of("", "a/", " .");

    private LongText() {
    }

    /** @return each text after each of these prefixes */
    public static Stream<String> after(String... beginnings) {
        return Stream.of(beginnings).flatMap(beginning -> REPEATED.stream()
                .map(repeated -> beginning + repeated.repeat(LENGTH / repeated.length()))
                .flatMap(text -> ENDS.stream().map(text::concat)));
    }
}
