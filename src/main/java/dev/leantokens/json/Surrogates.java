package dev.leantokens.json;

/**
 * Recognizes halves of surrogate pairs. JSON can escape one, and UTF-8 cannot represent it: encoders write a question mark, so
 * that different texts become the same one.
 */
public final class Surrogates {

    private Surrogates() {
    }

    /** @return whether UTF-8 can represent the text */
    public static boolean arePaired(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                i++;
                if (!Character.isHighSurrogate(c) || i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }
}
