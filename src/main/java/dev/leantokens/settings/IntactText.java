package dev.leantokens.settings;

import java.util.Optional;

/** Detects text that was damaged before it was read, and removes byte order marks. */
public final class IntactText {

    /** Some Windows editors write it at the start of a file. It is not part of the text. */
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /** Replaces bytes that cannot be decoded. */
    private static final char REPLACEMENT = '\uFFFD';

    private static final char NUL = '\0';

    private IntactText() {
    }

    public static boolean startsWithByteOrderMark(String text) {
        return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
    }

    public static String withoutByteOrderMark(String text) {
        return startsWithByteOrderMark(text) ? text.substring(1) : text;
    }

    /** @return what is wrong with the text, without the text; empty if it is intact */
    public static Optional<String> flaw(String text) {
        if (text.indexOf(NUL) >= 0) {
            return Optional.of("contains a NUL character (U+0000)");
        }
        if (text.indexOf(REPLACEMENT) >= 0) {
            return Optional.of("contains U+FFFD, which stands for bytes that could not be decoded: "
                    + "write a file in UTF-8; for an environment variable, set LANG=C.UTF-8 as well");
        }
        return Optional.empty();
    }
}
