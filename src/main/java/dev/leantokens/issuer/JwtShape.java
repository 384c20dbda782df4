package dev.leantokens.issuer;

/** Tells signed and encrypted tokens (RFC 7515 §7.1, RFC 7516 §7.1) from other credentials, without reading them. */
public final class JwtShape {

    /** The dots of a JWS and of a JWE. */
    private static final int DOTS_OF_SIGNED = 2;
    private static final int DOTS_OF_ENCRYPTED = 4;

    private JwtShape() {
    }

    /**
     * @return whether the text has the compact form of a JWT: base64url with two or four dots, which starts as an encoded JSON
     *         object does. A secret of this shape can never be presented
     */
    public static boolean matches(String text) {
        if (!startsLikeJsonObject(text)) {
            return false;
        }
        int dots = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                dots++;
            } else if (!isBase64Url(c)) {
                return false;
            }
        }
        return dots == DOTS_OF_SIGNED || dots == DOTS_OF_ENCRYPTED;
    }

    /** A brace and the next character, which is a quotation mark, a space or a line feed, for example. */
    private static boolean startsLikeJsonObject(String text) {
        return text.startsWith("ey") || text.startsWith("ew");
    }

    static boolean isBase64Url(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
    }
}
